using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Frontend;

namespace Pipeline.Build.Targets;

/// <summary>Makes the CDN forget the pages that changed.</summary>
internal interface IInvalidate : IRunSteps, IHazCdn
{
    /// <summary>Makes the CDN forget the pages that changed.</summary>
    Target Invalidate => _ => _
        .Description("Makes the CDN forget the pages that changed.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => CdnDistributionId)
        .Executes(() => Run(new InvalidateStep(Cdn)));
}
