using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Output;
using Pipeline.Releases;
using Pipeline.Settings;

namespace Pipeline.Frontend;

/// <summary>
/// Brings the site into the bucket so that a visitor never sees half of it: assets first, then this release's own copy of the pages for
/// a rollback, then the live pages, the first page last. Deletes no asset: somebody has the old page open.
/// </summary>
/// <param name="options">Which site and bucket.</param>
/// <param name="cdn">The CDN that is told again when the pages are put back after it was told of them.</param>
public sealed class SyncFrontendStep(FrontendOptions options, CdnOptions cdn) : IStep
{
    /// <inheritdoc />
    public string Name => "SyncFrontend";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();
        var release = await context.OpenReleaseAsync(cancellation);
        var site = await Site.ReadAsync(options, release, cancellation);
        // A release that serves already has nothing to be put back to but itself.
        var serves = context.Ledger.History.Live?.Number == release.Number;
        var live = serves || context.Ledger.History.Live?.Frontend is null ? null : context.Ledger.History.Live;
        var kept = $"releases/{release.Number}/";
        using var bucket = new SiteBucket(options, context.Gate);
        var written = await UploadAsync(bucket, [.. site.Assets.Select(f => (f, f.Key)), .. site.Pages.Select(f => (f, kept + f.Key))], context, cancellation);
        if (!serves)
            await new PageSwitch(options, context.Gate).PrepareUndoAsync(bucket, live, [.. site.Pages.Select(p => p.Key)], cdn, context, cancellation);
        var pages = await PublishAsync(bucket, site, live?.Frontend, cancellation);
        var result = Result(site, kept, live?.Frontend, release.Frontend, pages, written + pages.Count);
        if (pages.Count > 0)
            result = result with { Published = context.Time.GetUtcNow() };
        await context.Ledger.UpdateAsync(r => r with { Frontend = result, Invalidation = pages.Count > 0 ? null : r.Invalidation }, cancellation);
        if (result.Uploaded == 0)
            context.Summary.LeftAlone($"the site: the bucket '{options.FrontendBucket}' has all {site.Files.Length} files");
        else
            context.Summary.Changed($"the site: {result.Uploaded} objects written to the bucket '{options.FrontendBucket}'");
    }

    private static async Task<int> UploadAsync(SiteBucket bucket, IReadOnlyList<(SiteFile File, string Key)> files, StepContext context, CancellationToken cancellation)
    {
        var (done, written) = (0, 0);
        await SiteBucket.EachAsync(files, async (file, stop) =>
        {
            if (await bucket.PutAsync(file.File, file.Key, stop))
                Interlocked.Increment(ref written);
            context.Log.Progress("site", "Files in the bucket", Interlocked.Increment(ref done), files.Count, "files");
        }, cancellation);
        return written;
    }

    private static async Task<IReadOnlyCollection<string>> PublishAsync(SiteBucket bucket, Site site, FrontendResult? live, CancellationToken cancellation)
    {
        var changed = new ConcurrentBag<string>();
        async Task Put(SiteFile file, CancellationToken stop)
        {
            if (await bucket.PutAsync(file, file.Key, stop))
                changed.Add(file.Key);
        }

        await SiteBucket.EachAsync(site.Pages.Where(p => p.Key != Site.Index), Put, cancellation);
        await SiteBucket.EachAsync(site.Pages.Where(p => p.Key == Site.Index), Put, cancellation);
        var gone = (live?.Pages ?? []).Except(site.Pages.Select(p => p.Key));
        await SiteBucket.EachAsync(gone, async (key, stop) =>
        {
            if (await bucket.DeleteAsync(key, stop))
                changed.Add(key);
        }, cancellation);
        return changed;
    }

    // What an interrupted run had already written must be forgotten by the CDN too: the records decide, not only this run's uploads.
    private FrontendResult Result(Site site, string kept, FrontendResult? live, FrontendResult? earlier, IReadOnlyCollection<string> pages, int uploaded)
    {
        var files = site.Files.ToImmutableSortedDictionary(f => f.Key, f => f.Sha256);
        var differing = live is null ? [] : site.Pages.Where(p => live.Files.GetValueOrDefault(p.Key) != p.Sha256).Select(p => p.Key).Concat(live.Pages.Where(p => !files.ContainsKey(p)));
        return new FrontendResult(
            options.FrontendBucket!, kept, files, [.. site.Pages.Select(p => p.Key)],
            [.. (earlier?.Changed ?? []).Concat(differing).Concat(pages).Distinct().Order(StringComparer.Ordinal)], uploaded, earlier?.Published);
    }
}
