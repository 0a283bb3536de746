using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Frontend;

namespace Pipeline.Build.Targets;

/// <summary>Brings the site into its bucket: assets first, pages last.</summary>
internal interface ISyncFrontend : IRunSteps, IHazFrontendBucket, IHazCdn
{
    /// <summary>Brings the site into its bucket: assets first, pages last.</summary>
    Target SyncFrontend => _ => _
        .Description("Brings the site into its bucket: assets first, pages last.")
        .DependsOn<IBuildFrontend>()
        .Triggers<IInvalidate>()
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => FrontendBucket, () => ApiUrl)
        .Executes(() => Run(new SyncFrontendStep(Frontend, Cdn)));
}
