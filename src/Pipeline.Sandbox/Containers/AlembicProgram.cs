namespace Pipeline.Sandbox.Containers;

/// <summary>Schema migrations: by the machine's own <c>alembic</c> where it has one, else by moving the revision alone, and saying so.</summary>
/// <param name="executable">The command; null to look for it on the machine.</param>
internal sealed class AlembicProgram(string? executable = null) : IContainerProgram
{
    /// <inheritdoc />
    public Task<int> RunAsync(ContainerContext context, CancellationToken killed)
    {
        var found = executable ?? OnPath();
        return found is null ? new RevisionMover(context).RunAsync(killed) : new AlembicProcess(found).RunAsync(context, killed);
    }

    private static string? OnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => (string[])[Path.Combine(folder, "alembic"), Path.Combine(folder, "alembic.exe")]).FirstOrDefault(File.Exists);
}
