using Pipeline.Preflight;
using Pipeline.Settings;

namespace Pipeline.Build.Settings;

/// <summary>Everything that decides which environment is meant.</summary>
internal interface IHazIdentity : IHazEnvironment, IHazCluster, IHazBackupBucket, IHazPublicAddresses, IHazPreflight, IHazCdn
{
    private const string Amazon = "Amazon's own";

    /// <summary>Each value that leads to a server, with where it came from; what is not given and has no default is left out.</summary>
    IReadOnlyList<GivenSetting> Given
    {
        get
        {
            var sources = ValueSources.OfThisRun(RootDirectory, IsServerBuild);
            (string Option, string? Value, object? Shown)[] all =
            [
                Plain(nameof(EnvironmentName), EnvironmentName),
                Plain(nameof(KubeConfig), KubeConfig), Plain(nameof(KubeContext), KubeContext), Plain(nameof(KubeNamespace), KubeNamespace), Plain(nameof(ClusterUid), ClusterUid),
                Hidden(nameof(DatabaseUrl), DatabaseUrl), Plain(nameof(DatabaseName), DatabaseName), Plain(nameof(DatabaseSystemIdentifier), DatabaseSystemIdentifier),
                Plain(nameof(WithoutDatabase), WithoutDatabase), Hidden(nameof(ReplicaUrl), ReplicaUrl), Hidden(nameof(RedisEndpoints), RedisEndpoints),
                Plain(nameof(RegistryUrl), RegistryUrl), Plain(nameof(DockerEndpoint), DockerEndpoint),
                Plain(nameof(StorageEndpoint), StorageEndpoint, Amazon), Plain(nameof(StorageRegion), StorageRegion, "us-east-1"),
                Plain(nameof(BackupBucket), BackupBucket), Plain(nameof(FrontendBucket), FrontendBucket),
                Plain(nameof(CdnEndpoint), CdnEndpoint, Amazon), Plain(nameof(CdnDistributionId), CdnDistributionId),
                Plain(nameof(ApiUrl), ApiUrl), Plain(nameof(SiteUrl), SiteUrl),
            ];
            return [.. all.Where(s => s.Shown is not null).Select(s => new GivenSetting(s.Option, $"{s.Shown}", sources.Of(s.Option, s.Value)))];
        }
    }

    private static (string Option, string? Value, object? Shown) Plain(string option, string? value, string? otherwise = null) => (option, value, value ?? otherwise);

    private static (string Option, string? Value, object? Shown) Hidden(string option, string? value) => (option, value, Secret.From(value));
}
