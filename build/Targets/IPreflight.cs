using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Preflight;
using Pipeline.Settings;

namespace Pipeline.Build.Targets;

/// <summary>Looks at everything that a release will use; changes nothing.</summary>
internal interface IPreflight : IRunSteps, IHazIdentity
{
    /// <summary>Looks at everything that a release will use; changes nothing.</summary>
    Target Preflight => _ => _
        .Description("Looks at everything that a release will use; changes nothing.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => RegistryUrl)
        .Requires(
            () => DatabaseUrl != null || WithoutDatabase != null,
            () => DatabaseName != null || WithoutDatabase != null,
            () => DatabaseSystemIdentifier != null || WithoutDatabase != null)
        .Requires(() => BackupBucket, () => FrontendBucket, () => CdnDistributionId, () => ApiUrl, () => SiteUrl)
        .Executes(() => Run(new PreflightStep(new PreflightOptions
        {
            Cluster = Cluster,
            LastLook = LastLook,
            Backup = Backups,
            Cdn = Cdn,
            RedisEndpoints = Secret.From(RedisEndpoints),
            Expected = Expected,
            Given = Given,
            LaterSettings = [Migration.Check, Verification.Check],
        })));
}
