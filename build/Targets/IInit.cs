using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Environments;

namespace Pipeline.Build.Targets;

/// <summary>Writes the profile of a new environment.</summary>
internal interface IInit : IRunSteps, IHazBackupBucket, IHazPublicAddresses, IHazManifests, IHazCdn
{
    /// <summary>Writes the profile of a new environment.</summary>
    Target Init => _ => _
        .Description("Writes .nuke/parameters.<name>.json of a new environment, pinned to its cluster and database.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => DatabaseUrl)
        .Executes(() => Run(new InitStep(Database.DatabaseUrl, Settings)));

    private Dictionary<string, string?> Settings => new()
    {
        [nameof(KubeContext)] = KubeContext,
        [nameof(KubeNamespace)] = KubeNamespace,
        [nameof(RegistryUrl)] = RegistryUrl,
        [nameof(StorageEndpoint)] = StorageEndpoint,
        [nameof(StorageRegion)] = StorageRegion,
        [nameof(BackupBucket)] = BackupBucket,
        [nameof(FrontendBucket)] = FrontendBucket,
        [nameof(CdnDistributionId)] = CdnDistributionId,
        [nameof(CdnEndpoint)] = CdnEndpoint,
        [nameof(ApiUrl)] = ApiUrl,
        [nameof(SiteUrl)] = SiteUrl,
    };
}
