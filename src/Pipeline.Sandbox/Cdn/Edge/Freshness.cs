namespace Pipeline.Sandbox.Cdn.Edge;

/// <summary>How long the edge may keep what the bucket served, as its headers say
/// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html).</summary>
/// <param name="MayStore">False when it must not be kept at all.</param>
/// <param name="Lifetime">How long it is served without asking the bucket.</param>
internal sealed record Freshness(bool MayStore, TimeSpan Lifetime)
{
    /// <summary>How long an answer is kept that says nothing: a page whose invalidation was forgotten stays old for a day.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromHours(24);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>Reads <c>Cache-Control</c>, as in <c>public, max-age=60, s-maxage=600</c>, and else <c>Expires</c>.</summary>
    public static Freshness Of(IReadOnlyDictionary<string, string> headers, DateTimeOffset now)
    {
        string[] directives = [.. (headers.GetValueOrDefault("cache-control") ?? "").Split(',', StringSplitOptions.TrimEntries).Select(d => d.ToLowerInvariant())];
        if (directives.Contains("no-store") || directives.Contains("private"))
            return new Freshness(MayStore: false, TimeSpan.Zero);
        if (directives.Contains("no-cache"))
            return new Freshness(MayStore: true, TimeSpan.Zero);
        var age = Seconds(directives, "s-maxage=") ?? Seconds(directives, "max-age=");
        return new Freshness(MayStore: true, Shorter(age ?? UntilExpiry(headers, now) ?? Default));
    }

    private static TimeSpan? Seconds(string[] directives, string name) =>
        directives.FirstOrDefault(d => d.StartsWith(name, StringComparison.Ordinal)) is { } found && long.TryParse(found[name.Length..].Trim('"'), out var seconds)
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, (long)Longest.TotalSeconds))
            : null;

    private static TimeSpan? UntilExpiry(IReadOnlyDictionary<string, string> headers, DateTimeOffset now)
    {
        if (!headers.TryGetValue("expires", out var text))
            return null;
        // An invalid date, such as 0, is one that is over.
        var left = DateTimeOffset.TryParse(text, out var expires) ? expires - now : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static TimeSpan Shorter(TimeSpan lifetime) => lifetime < Longest ? lifetime : Longest;
}
