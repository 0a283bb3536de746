using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Settings;
using Pipeline.Verification;

namespace Pipeline.Runs;

/// <summary>The settings that every step shares.</summary>
/// <param name="Release">Which environment and what is released.</param>
/// <param name="Cluster">Where it runs.</param>
public sealed record RunOptions(ReleaseOptions Release, ClusterOptions Cluster)
{
    /// <summary>Where a run leaves its evidence before it puts anything back, and the report of it.</summary>
    /// <value>There is neither.</value>
    public string? EvidenceFolder { get; init; }

    /// <summary>The addresses that users use, asked while something is put back.</summary>
    /// <value>Nothing is measured.</value>
    public VerificationOptions? Addresses { get; init; }

    /// <summary>The support's webhook, which is told of an undo and of a rollback.</summary>
    /// <value>Nobody is told.</value>
    public Secret? NoticeWebhook { get; init; }
}
