using Nuke.Components;
using Pipeline.Build.Settings;
using Pipeline.Runs;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Build;

/// <summary>The one way from a target into the engine.</summary>
internal interface IRunSteps : IHazEnvironment, IHazCluster, IHazPublicAddresses, IHazNotices, IHazArtifacts
{
    /// <summary>The run's release, lock, signals and undo.</summary>
    PipelineSession Session { get; }

    /// <summary>Runs a step. A plain task: a target that returns a task of something is not awaited by the official host.</summary>
    async Task Run(IStep step)
    {
        try
        {
            await Session.RunAsync(step, Options, Log.Logger);
        }
        finally
        {
            ExitCode = Session.ExitCode ?? ExitCode;
        }
    }

    private RunOptions Options => new(Release, Cluster) { EvidenceFolder = ArtifactsDirectory, Addresses = Verification, NoticeWebhook = Secret.From(NoticeWebhook) };
}
