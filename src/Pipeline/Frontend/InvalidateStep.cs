using System.Collections.Immutable;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Frontend;

/// <summary>Makes the CDN forget the pages that the release changed.</summary>
public sealed class InvalidateStep(CdnOptions options) : IStep
{
    /// <inheritdoc />
    public string Name => "Invalidate";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();
        var release = await context.OpenReleaseAsync(cancellation);
        if (context.Ledger.Current.Frontend is not { } pages)
            throw FailureException.Refused($"Release {release.Number} has no pages in the bucket. Run ./build.sh SyncFrontend first.");
        var paths = InvalidationPaths.Of(pages.Changed);
        context.FollowsFrom([options.CdnDistributionId, $"{pages.Published:O}", .. paths]);
        if (paths.Length == 0)
        {
            context.Summary.LeftAlone("the CDN: no page changed");
            return;
        }

        using var cdn = new CdnInvalidation(options, context.Time, context.Gate);
        var known = await KnownAsync(cdn, release, paths, context, cancellation);
        if (known is { Completed: true })
        {
            context.Summary.LeftAlone($"the CDN: invalidation {known.Id} covers this release");
            return;
        }

        var started = known ?? await cdn.StartAsync($"{release.Number}/{release.Key}/{pages.Published:O}", pages.Changed, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Invalidation = started }, cancellation);
        context.Log.Information("Invalidation {Id} of {Paths}", started.Id, string.Join(' ', paths.Take(10)));
        if (!started.Completed)
            context.Log.Information("Waiting until every edge has forgotten, at most {Limit:l} (--cdn-timeout)", DurationText.Of(options.Timeout));
        var ended = await AwaitAsync(cdn, started, context, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Invalidation = ended }, cancellation);
        if (!ended.Completed)
            context.Log.Warning("Invalidation {Id} is not known to have ended after {Timeout:l} (--cdn-timeout); edges may show old pages until it does", ended.Id, DurationText.Of(options.Timeout));
        context.Summary.Changed($"the CDN: invalidation {ended.Id} of {ended.Extent()}, {(ended.Completed ? "completed" : "still in progress")}");
    }

    // What an earlier run recorded is asked of the CDN again.
    private async Task<InvalidationResult?> KnownAsync(CdnInvalidation cdn, Release release, ImmutableArray<string> paths, StepContext context, CancellationToken cancellation)
    {
        if (release.Invalidation is not { Id: not null } recorded || recorded.DistributionId != options.CdnDistributionId || !recorded.Paths.SequenceEqual(paths))
            return null;
        if (await cdn.FindAsync(recorded, cancellation) is { } found)
            return found;
        context.Log.Warning("The CDN does not know the invalidation {Id:l} that an earlier run recorded; starting one", recorded.Id);
        return null;
    }

    // An invalidation that was started ends by itself; not seeing it is no reason to take a release back.
    private static async Task<InvalidationResult> AwaitAsync(CdnInvalidation cdn, InvalidationResult started, StepContext context, CancellationToken cancellation)
    {
        try
        {
            return await cdn.AwaitAsync(started, cancellation);
        }
        catch (FailureException e)
        {
            context.Log.Warning("Invalidation {Id} was started, and cannot be followed: {Why}", started.Id, e.Message);
            return started;
        }
    }
}
