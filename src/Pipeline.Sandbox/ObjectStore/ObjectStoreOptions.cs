using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.ObjectStore;

/// <summary>How the object store is started.</summary>
internal sealed record ObjectStoreOptions
{
    /// <summary>Where buckets and objects are kept; what an earlier run left there is there again.</summary>
    public required string Folder { get; init; }

    /// <summary>Buckets that are made at the start unless they are there.</summary>
    public IReadOnlyCollection<string> Buckets { get; init; } = [];

    /// <summary>The access key that requests are signed with.</summary>
    public required string AccessKey { get; init; }

    /// <summary>Its secret.</summary>
    public required string SecretKey { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Where it listens.</summary>
    public Door Door { get; init; }

    /// <summary>
    /// Obeyed: <c>s3-503:TIMES</c> (5), <c>s3-cut:TIMES</c> (1), <c>s3-slow:SECONDS</c> (2), <c>s3-wrong-etag</c> and <c>s3-down</c>.
    /// </summary>
    public FaultSwitch Faults { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
