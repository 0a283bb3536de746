using System.Collections.Immutable;

namespace Pipeline.Sandbox.Cdn.Edge;

/// <summary>What the edge keeps for a path.</summary>
/// <param name="Path">As clients ask for it, without the query.</param>
/// <param name="Status">200 or 404.</param>
/// <param name="File">The name of the file with its content; null when it has none.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="ETag">Without quotation marks.</param>
/// <param name="Modified">As the bucket says.</param>
internal sealed record CachedAnswer(string Path, int Status, string? File, long Length, string ETag, DateTimeOffset Modified)
{
    /// <summary>The bucket's headers.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>When the bucket last said that it is so.</summary>
    public DateTimeOffset Confirmed { get; init; }

    /// <summary>How long after that it is served without asking.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>True while it is served without asking.</summary>
    public bool IsFresh(DateTimeOffset now) => now - Confirmed < Lifetime;
}
