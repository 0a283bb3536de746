using Pipeline.Settings;

namespace Pipeline.ObjectStore;

/// <summary>Which S3-compatible store. Credentials come from the AWS SDK's own chain (environment, profile, instance role).</summary>
public sealed record ObjectStoreOptions
{
    /// <summary>The store's address.</summary>
    /// <value>Amazon's own for <see cref="StorageRegion"/>. A bare <c>AWS_ENDPOINT_URL</c> in the environment is not read: it must not decide where a release goes.</value>
    public string? StorageEndpoint { get; init; }

    /// <summary>The region that requests are signed for; <c>auto</c> for stores that have none.</summary>
    /// <value><c>us-east-1</c>.</value>
    public string? StorageRegion { get; init; }

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults) => faults.Address(nameof(StorageEndpoint), StorageEndpoint);
}
