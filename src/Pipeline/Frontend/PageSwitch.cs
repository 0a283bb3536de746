using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Releases;
using Pipeline.Runs;
using Serilog;

namespace Pipeline.Frontend;

/// <summary>Makes the pages of an earlier release live again, by copies inside the store; assets are all still there.</summary>
internal sealed class PageSwitch(FrontendOptions options, RequestGate? gate = null, ILogger? log = null)
{
    /// <summary>Switches to the pages of a release; repeating it changes nothing.</summary>
    /// <param name="target">The release whose pages serve again.</param>
    /// <param name="others">Releases whose pages may be live; those that the target lacks are removed.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <returns>The page keys that changed.</returns>
    /// <exception cref="FailureException">The pages of the target, or their list, are not kept.</exception>
    public async Task<ImmutableArray<string>> BackToAsync(Release target, IEnumerable<FrontendResult> others, CancellationToken cancellation)
    {
        using var bucket = new SiteBucket(options, gate);
        var pages = (await SiteFiles.ReadAsync(bucket, target.Frontend!, cancellation)).Pages.Keys.ToList();
        await SiteBucket.EachAsync(pages, async (key, stop) =>
        {
            if (await bucket.FindAsync(target.Frontend!.Kept + key, stop) is null)
                throw new FailureException($"The bucket '{options.FrontendBucket}' no longer holds '{target.Frontend.Kept}{key}', a page of release {target.Number}. Choose another release with --rollback-to.");
        }, cancellation);
        return await SwitchAsync(bucket, target.Frontend!.Kept, pages, (await PagesAsync(bucket, others, cancellation)).Except(pages), cancellation);
    }

    /// <summary>Says how the live pages are put back when a later step fails.</summary>
    /// <param name="live">What serves now; null when there is no page yet.</param>
    /// <param name="pages">The page keys that are about to be written.</param>
    /// <param name="cdn">Which CDN must forget them again, if it was told of them.</param>
    /// <param name="context">The run.</param>
    public void PrepareUndo(Release? live, IReadOnlyList<string> pages, CdnOptions cdn, StepContext context)
    {
        var written = new FrontendResult("", "", ImmutableSortedDictionary<string, string>.Empty, [.. pages], [], 0);
        if (live is not null)
            context.OnFailure($"the pages of release {live.Number}", async stop =>
            {
                var changed = await BackToAsync(live, [written], stop);
                var release = context.Ledger.Current;
                // A release that serves, was deployed again and is put back is what it was.
                if (context.Ledger.History.Live is { } serving && serving.Number == release.Number)
                    await context.Ledger.UpdateAsync(r => r with { Frontend = serving.Frontend }, stop);
                await ForgetAsync(changed, release, cdn, context, stop);
            });
        else
            context.OnFailure("the bucket without a page, as it was before its first release", async stop =>
            {
                using var again = new SiteBucket(options, gate);
                await ForgetAsync(await SwitchAsync(again, "", [], pages, stop), context.Ledger.Current, cdn, context, stop);
            });
    }

    /// <summary>The page keys of releases, as far as their lists are kept.</summary>
    public async Task<IReadOnlyCollection<string>> PagesAsync(IEnumerable<FrontendResult> releases, CancellationToken cancellation)
    {
        using var bucket = new SiteBucket(options, gate);
        return await PagesAsync(bucket, releases, cancellation);
    }

    // Only what the target lacks hangs on it: a page too many must not keep the target's pages from users.
    private async Task<IReadOnlyCollection<string>> PagesAsync(SiteBucket bucket, IEnumerable<FrontendResult> releases, CancellationToken cancellation)
    {
        var pages = new HashSet<string>();
        foreach (var release in releases)
        {
            try
            {
                pages.UnionWith((await SiteFiles.ReadAsync(bucket, release, cancellation)).Pages.Keys);
            }
            catch (FailureException e)
            {
                log?.Warning("Pages that only the release under '{Kept:l}' has stay: {Why:l}", release.Kept, e.Message);
            }
        }

        return pages;
    }

    // The edges may have fetched the new pages since they were told to forget the old ones.
    private static async Task ForgetAsync(ImmutableArray<string> changed, Release release, CdnOptions cdn, StepContext context, CancellationToken cancellation)
    {
        // What an earlier run told them, they may still show, although this one has not told them of its own pages yet.
        if (changed.Length == 0 || (release.Invalidation ?? context.Ledger.Resumption?.Found.Invalidation) is not { } told)
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
