namespace Pipeline.Build.Sandbox;

/// <summary>A run's way into the sandbox: started before the targets run, and their settings lead into it.</summary>
internal sealed class SandboxEntrance : IDisposable
{
    // On a CI host it ends with this: held until the run is over.
    private readonly SandboxProcess process;
    private readonly SandboxEndpoint running;
    private readonly bool stays;

    private SandboxEntrance(SandboxProcess process, SandboxEndpoint running, bool stays) => (this.process, this.running, this.stays) = (process, running, stays);

    /// <summary>What a person should know when the sandbox stays.</summary>
    public IEnumerable<string> Farewell => !stays ? [] :
    [
        "",
        $"  site   {running.Site}",
        $"  API    {running.Api}",
        "  Both stay for 30 minutes after their last use.",
        "  Keep them: ./build.sh Sandbox    End them: ./build.sh Sandbox --stop",
    ];

    /// <param name="root">The repository's root.</param>
    /// <param name="isCiHost">True where the sandbox must not outlive the run.</param>
    /// <exception cref="Errors.FailureException">It does not start.</exception>
    public static async Task<SandboxEntrance> OpenAsync(string root, bool isCiHost)
    {
        var process = new SandboxProcess(SandboxProcess.FolderIn(root), isCiHost);
        if (await process.FindAsync(CancellationToken.None) is null)
            await Console.Error.WriteLineAsync("Starting the sandbox: a cluster, registry, Docker engine, object store, CDN and database on this machine");
        var running = await process.EnsureAsync(CancellationToken.None);
        running.Enter();
        return new SandboxEntrance(process, running, !isCiHost && !SandboxProcess.IsBorrowed);
    }

    public void Dispose() => process.Dispose();
}
