using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Errors;
using Pipeline.Output;
using Pipeline.Releases;
using Pipeline.Runs;
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
        context.FollowsFrom([options.FrontendBucket, .. site.Files.Select(f => $"{f.Key} {f.Sha256}").Order(StringComparer.Ordinal)]);
        using var bucket = new SiteBucket(options, context.Gate);
        var (kept, isServed) = await KeptAsync(bucket, site, release, context, cancellation);
        var written = await UploadAsync(bucket, [.. site.Assets.Select(f => (f, f.Key)), .. site.Pages.Select(f => (f, kept + f.Key))], context, cancellation);
        var list = await SiteFiles.Of(site).KeepAsync(bucket, kept, cancellation);
        await FoundPages.RecordAsync(options.FrontendBucket!, bucket, [.. site.Pages.Select(p => p.Key)], context, cancellation);
        var live = isServed ? null : context.Ledger.History.PagesOf(context.Ledger.History.Live);
        var pageSwitch = new PageSwitch(options, context.Gate, context.Log);
        if (!isServed)
            pageSwitch.PrepareUndo(live, [.. site.Pages.Select(p => p.Key)], cdn, context);
        var before = await PagesAsync(bucket, live?.Frontend, context, cancellation);
        var left = live is null ? [] : await pageSwitch.PagesAsync(context.Ledger.History.PagesAfter(live).Where(f => f.Kept != kept), cancellation);
        string[] gone = [.. (before?.Keys ?? []).Concat(left).Except(site.Pages.Select(p => p.Key))];
        var due = await DueAsync(bucket, site, gone, cancellation);
        // Kept before a page is live: whatever becomes of this run, a rollback knows which pages may be there, and the next run that no
        // invalidation from before covers them.
        await context.Ledger.UpdateAsync(r => r with
        {
            Frontend = Result(site, kept, list, before, r.Frontend, due, written) with { Published = due.Count > 0 ? context.Time.GetUtcNow() : r.Frontend?.Published },
            Invalidation = due.Count > 0 ? null : r.Invalidation,
        }, cancellation);
        var pages = await PublishAsync(bucket, [.. site.Pages.Where(p => due.Contains(p.Key))], [.. gone.Where(due.Contains)], cancellation);
        var result = Result(site, kept, list, before, context.Ledger.Current.Frontend, pages, written + pages.Count);
        await context.Ledger.UpdateAsync(r => r with { Frontend = result }, cancellation);
        if (result.Uploaded == 0)
            context.Summary.LeftAlone($"the site: the bucket '{options.FrontendBucket}' has all {site.Files.Length} files");
        else
            context.Summary.Changed($"the site: {result.Uploaded} objects written to the bucket '{options.FrontendBucket}'");
    }

    // Where this release's own copy of the pages goes. One that serves, and is deployed again with the same pages, has nothing to be put back to
    // but itself; with others, the copy of those that serve is the way back, and stays.
    private static async Task<(string Kept, bool IsServed)> KeptAsync(SiteBucket bucket, Site site, Release release, StepContext context, CancellationToken cancellation)
    {
        var own = $"releases/{release.Number}/";
        if (context.Ledger.History.Live is not { Frontend: { } served } live || live.Number != release.Number)
            return (own, false);
        var pages = SiteFiles.Of(site).Pages;
        if (await PagesAsync(bucket, served, context, cancellation) is not { } before || before.ToHashSet().SetEquals(pages))
            return (served.Kept, true);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(pages.Select(p => $"{p.Key} {p.Value}\n"))));
        return ($"releases/{release.Number}-{Convert.ToHexStringLower(hash)[..8]}/", false);
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

    // A list that is lost must not keep a release from going forward: pages that only the one before has stay, and the CDN is told of all.
    private static async Task<IReadOnlyDictionary<string, string>?> PagesAsync(SiteBucket bucket, FrontendResult? live, StepContext context, CancellationToken cancellation)
    {
        try
        {
            return live is null ? new Dictionary<string, string>() : (await SiteFiles.ReadAsync(bucket, live, cancellation)).Pages;
        }
        catch (FailureException e)
        {
            context.Log.Warning("Pages that only the release before has stay: {Why:l}", e.Message);
            return null;
        }
    }

    private static async Task<IReadOnlySet<string>> DueAsync(SiteBucket bucket, Site site, IReadOnlyCollection<string> gone, CancellationToken cancellation)
    {
        var due = new ConcurrentBag<string>();
        await SiteBucket.EachAsync(site.Pages, async (page, stop) =>
        {
            if (!await bucket.HasAsync(page, page.Key, stop))
                due.Add(page.Key);
        }, cancellation);
        await SiteBucket.EachAsync(gone, async (key, stop) =>
        {
            if (await bucket.FindAsync(key, stop) is not null)
                due.Add(key);
        }, cancellation);
        return due.ToHashSet();
    }

    private static async Task<IReadOnlyCollection<string>> PublishAsync(SiteBucket bucket, IReadOnlyCollection<SiteFile> pages, IReadOnlyCollection<string> gone, CancellationToken cancellation)
    {
        var changed = new ConcurrentBag<string>();
        async Task Put(SiteFile file, CancellationToken stop)
        {
            if (await bucket.PutAsync(file, file.Key, stop))
                changed.Add(file.Key);
        }

        await SiteBucket.EachAsync(pages.Where(p => p.Key != Site.Index), Put, cancellation);
        await SiteBucket.EachAsync(pages.Where(p => p.Key == Site.Index), Put, cancellation);
        await SiteBucket.EachAsync(gone, async (key, stop) =>
        {
            if (await bucket.DeleteAsync(key, stop))
                changed.Add(key);
        }, cancellation);
        return changed;
    }

    // What an interrupted run had already written must be forgotten by the CDN too: the records decide, not only this run's uploads.
    private FrontendResult Result(Site site, string kept, SiteFileList list, IReadOnlyDictionary<string, string>? before, FrontendResult? earlier, IReadOnlyCollection<string> pages, int uploaded)
    {
        var differing = before is { Count: 0 } ? [] : site.Pages.Where(p => before?.GetValueOrDefault(p.Key) != p.Sha256).Select(p => p.Key);
        var gone = (before?.Keys ?? []).Except(site.Files.Select(f => f.Key));
        return new FrontendResult(
            options.FrontendBucket!, kept, ImmutableSortedDictionary<string, string>.Empty, [],
            InvalidationPaths.Named([.. earlier?.Changed ?? [], .. differing, .. gone, .. pages]), uploaded, earlier?.Published, list);
    }
}
