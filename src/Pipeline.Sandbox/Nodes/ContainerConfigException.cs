namespace Pipeline.Sandbox.Nodes;

/// <summary>What a container needs is not there: <c>CreateContainerConfigError</c>, until it is.</summary>
internal sealed class ContainerConfigException(string message) : Exception(message);
