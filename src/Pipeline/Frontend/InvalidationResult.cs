using System.Collections.Immutable;

namespace Pipeline.Frontend;

/// <summary>What the CDN was told to forget.</summary>
/// <param name="DistributionId">The CloudFront distribution.</param>
/// <param name="Id">The invalidation's id; null when no path had changed.</param>
/// <param name="Paths">The invalidated paths.</param>
/// <param name="Completed">True when the CDN said so; false when the wait ended first, which is no failure.</param>
public sealed record InvalidationResult(string DistributionId, string? Id, ImmutableArray<string> Paths, bool Completed)
{
    /// <summary>How much it covers, in words: <c>1 path</c>, <c>4 paths</c>.</summary>
    public string Extent() => Paths.Length == 1 ? "1 path" : $"{Paths.Length} paths";
}
