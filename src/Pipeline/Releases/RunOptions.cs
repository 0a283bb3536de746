using Pipeline.Cluster;

namespace Pipeline.Releases;

/// <summary>The settings that every step shares.</summary>
/// <param name="Release">Which environment and what is released.</param>
/// <param name="Cluster">Where it runs.</param>
public sealed record RunOptions(ReleaseOptions Release, ClusterOptions Cluster)
{
    /// <summary>Where a run that fails leaves its evidence before it puts anything back.</summary>
    /// <value>None is taken.</value>
    public string? EvidenceFolder { get; init; }
}
