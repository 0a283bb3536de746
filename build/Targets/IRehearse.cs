using Nuke.Common;
using Pipeline.Build.Sandbox;
using Pipeline.Build.Settings;
using Pipeline.Errors;

namespace Pipeline.Build.Targets;

/// <summary>Shows how a deploy ends when something goes wrong.</summary>
internal interface IRehearse : IRunSteps, IHazSources
{
    /// <summary>What goes wrong.</summary>
    [Parameter("Rehearse: what goes wrong, NAME or NAME:ARGUMENT; list names all.")]
    string? Fault => TryGetValue(() => Fault);

    /// <summary>Shows how a deploy ends when something goes wrong.</summary>
    Target Rehearse => _ => _
        .Description("Deploys into a sandbox of its own while something goes wrong there, and compares how it ends with what is documented.")
        .Executes(() => RehearseAsync());

    private async Task RehearseAsync()
    {
        try
        {
            await new Rehearsal(RootDirectory, Sources.Image).RunAsync(Fault, Session.Stopping);
        }
        catch (UsageException)
        {
            ExitCode = Errors.ExitCode.Usage;
            throw;
        }
    }
}
