using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Errors;
using Pipeline.Releases;

namespace Pipeline.Frontend;

/// <summary>Makes the pages of an earlier release live again, by copies inside the store; assets are all still there.</summary>
internal sealed class PageSwitch(FrontendOptions options)
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
        using var bucket = new SiteBucket(options);
        var pages = target.Frontend!.Pages;
        await SiteBucket.EachAsync(pages, async (key, stop) =>
        {
            if (await bucket.FindAsync(target.Frontend.Kept + key, stop) is null)
                throw new FailureException($"The bucket '{options.FrontendBucket}' no longer holds '{target.Frontend.Kept}{key}', a page of release {target.Number}. Choose another release with --rollback-to.");
        }, cancellation);
        return await SwitchAsync(bucket, target.Frontend.Kept, pages, (live?.Pages ?? []).Except(pages), cancellation);
    }

    /// <summary>Says how the live pages are put back when a later step fails.</summary>
    public async Task PrepareUndoAsync(SiteBucket bucket, Release? live, IReadOnlyList<string> pages, StepContext context, CancellationToken cancellation)
    {
        if (live is not null)
        {
            context.OnFailure($"the pages of release {live.Number}", stop => BackToAsync(live, new FrontendResult("", "", ImmutableSortedDictionary<string, string>.Empty, [.. pages], [], 0), stop));
            return;
        }

        var before = new ConcurrentBag<string>();
        await SiteBucket.EachAsync(pages, async (key, stop) =>
        {
            // A first release that is tried again must not take its own pages for those it found.
            if (await bucket.FindAsync(Found + key, stop) is null)
            {
                if (await bucket.FindAsync(key, stop) is null)
                    return;
                await bucket.CopyAsync(key, Found + key, stop);
            }

            before.Add(key);
        }, cancellation);
        context.OnFailure("the pages that the bucket held before its first release", async stop =>
        {
            using var again = new SiteBucket(options);
            await SwitchAsync(again, Found, [.. before], pages.Except(before), stop);
        });
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
