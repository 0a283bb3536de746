namespace Pipeline.Sandbox.Containers;

/// <summary>What runs in a container of the sandbox.</summary>
internal interface IContainerProgram
{
    /// <summary>Runs until it ends by itself, or some time after <see cref="ContainerContext.Terminating"/> asked it to.</summary>
    /// <param name="context">All that it sees of the world.</param>
    /// <param name="killed">SIGKILL: whatever it does then is lost.</param>
    /// <returns>The exit code.</returns>
    Task<int> RunAsync(ContainerContext context, CancellationToken killed);
}
