namespace Pipeline.Sandbox.Registry;

/// <summary>An image that cannot be had; the message is worded as the container runtime words it.</summary>
internal sealed class ImagePullException(string message) : Exception(message);
