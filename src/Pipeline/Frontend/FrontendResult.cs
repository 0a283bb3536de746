using System.Collections.Immutable;

namespace Pipeline.Frontend;

/// <summary>What is in the bucket after a sync.</summary>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Kept">The prefix under which this release's pages are kept for a rollback, as in <c>releases/7/</c>.</param>
/// <param name="Files">Every file of the site by key, with its SHA-256 in hex.</param>
/// <param name="Pages">The keys among <paramref name="Files"/> whose content changes under the same name: pages and <c>release.json</c>.</param>
/// <param name="Changed">The page keys whose content this release changed or removed: what the CDN must forget.</param>
/// <param name="Uploaded">How many objects were written.</param>
/// <param name="Published">When a live page was last written; an invalidation from before does not count.</param>
public sealed record FrontendResult(
    string Bucket,
    string Kept,
    ImmutableSortedDictionary<string, string> Files,
    ImmutableArray<string> Pages,
    ImmutableArray<string> Changed,
    int Uploaded,
    DateTimeOffset? Published = null);
