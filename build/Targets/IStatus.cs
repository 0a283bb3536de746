using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Releases;

namespace Pipeline.Build.Targets;

/// <summary>Shows what runs: release, version, digest, replicas, and who holds the deploy lock.</summary>
internal interface IStatus : IRunSteps, IHazDrift
{
    /// <summary>Shows what runs: release, version, digest, replicas, and who holds the deploy lock.</summary>
    Target Status => _ => _
        .Description("Shows what runs: release, version, digest, replicas, and who holds the deploy lock.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Executes(() => Run(new StatusStep(StatusOptions)));
}
