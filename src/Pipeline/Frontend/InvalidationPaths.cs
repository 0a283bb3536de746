using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Pipeline.Frontend;

/// <summary>The smallest set of paths that makes the CDN forget pages.</summary>
internal static partial class InvalidationPaths
{
    // CloudFront takes up to 3000 paths that are no wildcard in all of its invalidations in progress; a site that changed
    // this much is forgotten whole.
    private const int Most = 1000;
    private const string Index = "index.html";

    /// <param name="pages">Keys in the bucket.</param>
    public static ImmutableArray<string> Of(IReadOnlyCollection<string> pages)
    {
        var paths = pages.SelectMany(Addresses).Distinct().Order(StringComparer.Ordinal).ToImmutableArray();
        return paths.Length > Most ? ["/*"] : paths;
    }

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
