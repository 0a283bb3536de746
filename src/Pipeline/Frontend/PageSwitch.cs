using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Errors;
using Pipeline.Releases;

namespace Pipeline.Frontend;

/// <summary>Makes the pages of an earlier release live again, by copies inside the store; assets are all still there.</summary>
internal sealed class PageSwitch(FrontendOptions options, RequestGate? gate = null)
{
    // What a bucket held before its first release.
    private const string Found = "releases/0/";

    /// <summary>Switches to the pages of a release; repeating it changes nothing.</summary>
    /// <param name="target">The release whose pages serve again.</param>
    /// <param name="live">What serves now; its pages that the target lacks are removed.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <returns>The page keys that changed.</returns>
    /// <exception cref="FailureException">The pages of the target are not kept.</exception>
    public async Task<ImmutableArray<string>> BackToAsync(Release target, FrontendResult? live, CancellationToken cancellation)
    {
        using var bucket = new SiteBucket(options, gate);
        var pages = target.Frontend!.Pages;
        await SiteBucket.EachAsync(pages, async (key, stop) =>
        {
            if (await bucket.FindAsync(target.Frontend.Kept + key, stop) is null)
                throw new FailureException($"The bucket '{options.FrontendBucket}' no longer holds '{target.Frontend.Kept}{key}', a page of release {target.Number}. Choose another release with --rollback-to.");
        }, cancellation);
        return await SwitchAsync(bucket, target.Frontend.Kept, pages, (live?.Pages ?? []).Except(pages), cancellation);
    }

    /// <summary>Says how the live pages are put back when a later step fails.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="live">What serves now; null before the first release.</param>
    /// <param name="pages">The page keys that are about to be written.</param>
    /// <param name="cdn">Which CDN must forget them again, if it was told of them.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public async Task PrepareUndoAsync(SiteBucket bucket, Release? live, IReadOnlyList<string> pages, CdnOptions cdn, StepContext context, CancellationToken cancellation)
    {
        if (live is not null)
        {
            var written = new FrontendResult("", "", ImmutableSortedDictionary<string, string>.Empty, [.. pages], [], 0);
            context.OnFailure($"the pages of release {live.Number}", async stop => await ForgetAsync(await BackToAsync(live, written, stop), cdn, context, stop));
            return;
        }

        // A first release that is tried again must not take its own pages for those it found.
        var found = context.Ledger.Current.PagesFound ?? await KeepFoundAsync(bucket, pages, cancellation);
        await context.Ledger.UpdateAsync(r => r with { PagesFound = found }, cancellation);
        context.OnFailure("the pages that the bucket held before its first release", async stop =>
        {
            using var again = new SiteBucket(options, gate);
            await ForgetAsync(await SwitchAsync(again, Found, found, pages.Except(found), stop), cdn, context, stop);
        });
    }

    private static async Task<ImmutableArray<string>> KeepFoundAsync(SiteBucket bucket, IReadOnlyList<string> pages, CancellationToken cancellation)
    {
        var found = new ConcurrentBag<string>();
        await SiteBucket.EachAsync(pages, async (key, stop) =>
        {
            if (await bucket.FindAsync(key, stop) is null)
                return;
            await bucket.CopyAsync(key, Found + key, stop);
            found.Add(key);
        }, cancellation);
        return [.. found];
    }

    // The edges may have fetched the new pages since they were told to forget the old ones.
    private static async Task ForgetAsync(ImmutableArray<string> changed, CdnOptions cdn, StepContext context, CancellationToken cancellation)
    {
        var release = context.Ledger.Current;
        if (changed.Length == 0 || release.Invalidation is not { } told)
            return;
        using var invalidation = new CdnInvalidation(cdn with { CdnDistributionId = told.DistributionId }, context.Time, context.Gate);
        await invalidation.StartAsync($"{release.Number}/{release.Key}/{release.Frontend?.Published:O}/back", changed, cancellation);
    }

    private static async Task<ImmutableArray<string>> SwitchAsync(SiteBucket bucket, string kept, IReadOnlyCollection<string> pages, IEnumerable<string> gone, CancellationToken cancellation)
    {
        var changed = new ConcurrentBag<string>();
        async Task Copy(string key, CancellationToken stop)
        {
            if (await bucket.CopyAsync(kept + key, key, stop))
                changed.Add(key);
        }

        await SiteBucket.EachAsync(pages.Where(p => p != Site.Index), Copy, cancellation);
        await SiteBucket.EachAsync(pages.Where(p => p == Site.Index), Copy, cancellation);
        await SiteBucket.EachAsync(gone, async (key, stop) =>
        {
            if (await bucket.DeleteAsync(key, stop))
                changed.Add(key);
        }, cancellation);
        return [.. changed.Order(StringComparer.Ordinal)];
    }
}
