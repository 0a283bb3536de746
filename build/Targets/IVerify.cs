using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Rollbacks;
using Pipeline.Verification;

namespace Pipeline.Build.Targets;

/// <summary>Asks the public addresses whether they show the release.</summary>
internal interface IVerify : IRunSteps, IHazPublicAddresses, IHazRegistry
{
    /// <summary>Asks the public addresses whether they show the release.</summary>
    Target Verify => _ => _
        .Description("Asks the public addresses whether they show the release.")
        .TryAfter<IInvalidate>(x => x.Invalidate)
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => ApiUrl, () => SiteUrl)
        .Executes(() => Run(new VerifyStep(Verification, new WayBackOptions(Image, Frontend))));
}
