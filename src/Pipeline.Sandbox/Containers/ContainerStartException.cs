namespace Pipeline.Sandbox.Containers;

/// <summary>A container that cannot be started; the message is worded as the container runtime words it.</summary>
internal sealed class ContainerStartException(string message) : Exception(message)
{
    /// <summary>There is no such program in the image.</summary>
    public static ContainerStartException NoSuchProgram(string name) => new(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
        + $"exec: \"{name}\": executable file not found in $PATH: unknown");
}
