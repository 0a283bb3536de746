using Nuke.Common;
using Pipeline.Build.Sandbox;

namespace Pipeline.Build.Targets;

/// <summary>Starts the sandbox and says how it is used.</summary>
internal interface ISandbox : IRunSteps
{
    /// <summary>Begins anew.</summary>
    [Parameter("Sandbox: forgets everything that is in it.")]
    bool Reset => TryGetValue<bool?>(() => Reset) ?? false;

    /// <summary>Ends it.</summary>
    [Parameter("Sandbox: ends it; what is in it stays.")]
    bool Stop => TryGetValue<bool?>(() => Stop) ?? false;

    /// <summary>Starts the sandbox and says how it is used.</summary>
    Target Sandbox => _ => _
        .Description("Keeps the sandbox running and says how it is used: a cluster, registry, engine, store, CDN and database on this machine.")
        .Executes(() => new SandboxCommand(SandboxProcess.FolderIn(RootDirectory), IsServerBuild).RunAsync(Reset, Stop, Session.Stopping));
}
