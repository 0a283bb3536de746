using Nuke.Common;
using Pipeline.ObjectStore;

namespace Pipeline.Build.Settings;

/// <summary>Which S3-compatible store. Its credentials are the AWS SDK's own: environment, shared profile or role.</summary>
internal interface IHazStorage : INukeBuild
{
    /// <summary>The address.</summary>
    [Parameter("The S3 store's address. Default: Amazon's own. A bare AWS_ENDPOINT_URL is not read.")]
    string? StorageEndpoint => TryGetValue(() => StorageEndpoint);

    /// <summary>The region.</summary>
    [Parameter("The region that requests are signed for. Default: us-east-1.")]
    string? StorageRegion => TryGetValue(() => StorageRegion);

    /// <summary>These settings as the engine takes them.</summary>
    ObjectStoreOptions Storage => new() { StorageEndpoint = StorageEndpoint, StorageRegion = StorageRegion };
}
