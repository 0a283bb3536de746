using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.Cdn;

/// <summary>How the CDN is started.</summary>
internal sealed record CdnOptions
{
    /// <summary>Where invalidations and the edge's cache are kept; what an earlier run left there is there again.</summary>
    public required string Folder { get; init; }

    /// <summary>The store that the edge fetches from.</summary>
    public required BucketSet Store { get; init; }

    /// <summary>The bucket that is served.</summary>
    public required string Bucket { get; init; }

    /// <summary>The only distribution there is.</summary>
    public required string DistributionId { get; init; }

    /// <summary>The key that answers for <c>/</c>.</summary>
    public string DefaultRootObject { get; init; } = "index.html";

    /// <summary>The key of the page that is served with 404; null for none.</summary>
    public string? ErrorPage { get; init; }

    /// <summary>The access key that requests to the API are signed with.</summary>
    public required string AccessKey { get; init; }

    /// <summary>Its secret.</summary>
    public required string SecretKey { get; init; }

    /// <summary>Where the API listens.</summary>
    public Door ApiDoor { get; init; }

    /// <summary>Where the edge listens.</summary>
    public Door EdgeDoor { get; init; }

    /// <summary>How long an invalidation is in progress.</summary>
    public TimeSpan InvalidationTime { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Obeyed: <c>invalidation-throttled:TIMES</c> (5), <c>invalidation-never-completes</c> and <c>edge-5xx:TIMES</c> (5).
    /// </summary>
    public FaultSwitch Faults { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
