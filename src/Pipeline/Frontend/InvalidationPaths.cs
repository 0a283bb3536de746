using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Pipeline.Frontend;

/// <summary>The smallest set of paths that makes the CDN forget pages.</summary>
internal static partial class InvalidationPaths
{
    // CloudFront takes up to 3000 paths that are no wildcard in all of its invalidations in progress; a site that changed
    // this much is forgotten whole.
    private const int Most = 1000;
    // The record keeps them, and each may be a thousand characters long.
    private const int MostCharacters = 100_000;
    /// <summary>Stands for every page, where they are too many to be named.</summary>
    public const string All = "*";

    private const string Index = "index.html";

    /// <param name="pages">Keys in the bucket, or what <see cref="Named"/> made of them.</param>
    public static ImmutableArray<string> Of(IReadOnlyCollection<string> pages)
    {
        var paths = pages.SelectMany(Addresses).Distinct().Order(StringComparer.Ordinal).ToImmutableArray();
        return pages.Contains(All) || IsTooMuch(paths) ? ["/*"] : paths;
    }

    /// <summary>The keys in their order, or <c>*</c> when the record has no room for them and the CDN takes no such number.</summary>
    public static ImmutableArray<string> Named(IEnumerable<string> pages)
    {
        var keys = pages.Distinct().Order(StringComparer.Ordinal).ToImmutableArray();
        return keys.Contains(All) || IsTooMuch(keys) ? [All] : keys;
    }

    private static bool IsTooMuch(ImmutableArray<string> names) => names.Length > Most || names.Sum(n => n.Length) > MostCharacters;

    // What browsers encode and no more: CloudFront does not find a page under a path that is encoded further. A star would be a wildcard.
    [GeneratedRegex(@"[^A-Za-z0-9/\-._~!$&'()+,;=:@]+")]
    private static partial Regex Unsafe();

    // A folder's index answers for the folder itself too.
    private static IEnumerable<string> Addresses(string key)
    {
        var path = "/" + Unsafe().Replace(key, m => Uri.EscapeDataString(m.Value));
        yield return path;
        if (path.EndsWith("/" + Index, StringComparison.Ordinal))
            yield return path[..^Index.Length];
    }
}
