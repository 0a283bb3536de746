using System.Collections.Immutable;

namespace Pipeline.Frontend;

/// <summary>What is in the bucket after a sync.</summary>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Kept">The prefix under which this release's pages are kept for a rollback, as in <c>releases/7/</c>.</param>
/// <param name="Files">Every file of the site by key, with its SHA-256 in hex; only in records of format 1, else empty.</param>
/// <param name="Pages">The keys among <paramref name="Files"/> whose content changes under the same name: pages and <c>release.json</c>; only in records of format 1, else empty.</param>
/// <param name="Changed">The page keys whose content this release changed or removed: what the CDN must forget; <c>*</c> when they are too many to be named.</param>
/// <param name="Uploaded">How many objects were written.</param>
/// <param name="Published">When live pages were last about to be written; an invalidation from before does not count.</param>
/// <param name="List">Where the list of all files is kept; null in records of format 1.</param>
public sealed record FrontendResult(
    string Bucket,
    string Kept,
    ImmutableSortedDictionary<string, string> Files,
    ImmutableArray<string> Pages,
    ImmutableArray<string> Changed,
    int Uploaded,
    DateTimeOffset? Published = null,
    SiteFileList? List = null);
