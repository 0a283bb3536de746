namespace Pipeline.Sandbox.Hosting;

/// <summary>What the sandbox is started with.</summary>
/// <param name="Folder">Where it keeps its state. One sandbox at a time uses a folder; two folders are two sandboxes.</param>
/// <param name="Time">The clock.</param>
internal sealed record SandboxOptions(string Folder, TimeProvider Time)
{
    /// <summary>How long nobody may use it before it ends by itself.</summary>
    /// <value>30 minutes.</value>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(30);
}
