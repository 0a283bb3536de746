using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Frontend;

/// <summary>Keeps the pages that the bucket holds before its first release, as the pages of release 0.</summary>
internal static class FoundPages
{
    private const string Kept = "releases/0/";

    /// <param name="name">The bucket's name.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="pages">The page keys that are about to be written; nothing else is touched.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public static Task RecordAsync(string name, SiteBucket bucket, IReadOnlyList<string> pages, StepContext context, CancellationToken cancellation) =>
        FoundRelease.RecordAsync("SyncFrontend", async found =>
        {
            // A run of an older build may have kept them already; what is live since then is its own.
            IReadOnlyCollection<string> keys = context.Ledger.Current.PagesFound ?? await KeepAsync(bucket, pages, cancellation);
            if (keys.Count == 0 && found.Rollout is null or { Objects: [] })
                return null;
            var files = new SiteFiles(new SortedDictionary<string, string>(keys.ToDictionary(k => k, _ => ""), StringComparer.Ordinal), new Dictionary<string, string>());
            return found with
            {
                Frontend = new FrontendResult(name, Kept, ImmutableSortedDictionary<string, string>.Empty, [], [], keys.Count, null, await files.KeepAsync(bucket, Kept, cancellation)),
            };
        }, context, cancellation);

    private static async Task<ImmutableArray<string>> KeepAsync(SiteBucket bucket, IReadOnlyList<string> pages, CancellationToken cancellation)
    {
        var found = new ConcurrentBag<string>();
        await SiteBucket.EachAsync(pages, async (key, stop) =>
        {
            if (await bucket.FindAsync(key, stop) is null)
                return;
            await bucket.CopyAsync(key, Kept + key, stop);
            found.Add(key);
        }, cancellation);
        return [.. found];
    }
}
