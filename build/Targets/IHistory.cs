using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Releases;

namespace Pipeline.Build.Targets;

/// <summary>Shows who released what, when, and how it ended.</summary>
internal interface IHistory : IRunSteps, IHazHistory
{
    /// <summary>Shows who released what, when, and how it ended.</summary>
    Target History => _ => _
        .Description("Shows who released what, when, and how it ended.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Executes(() => Run(new HistoryStep(HistoryOptions)));
}
