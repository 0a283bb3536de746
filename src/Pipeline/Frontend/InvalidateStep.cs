using Pipeline.Errors;
using Pipeline.Releases;
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
        if (paths.Length == 0)
        {
            context.Summary.LeftAlone("the CDN: no page changed");
            return;
        }

        if (release.Invalidation is { Completed: true } done && done.DistributionId == options.CdnDistributionId && done.Paths.SequenceEqual(paths))
        {
            context.Summary.LeftAlone($"the CDN: invalidation {done.Id} covers this release");
            return;
        }

        using var cdn = new CdnInvalidation(options, context.Time);
        var started = await cdn.StartAsync($"{release.Number}/{release.Key}", pages.Changed, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Invalidation = started }, cancellation);
        context.Log.Information("Invalidation {Id} of {Paths}", started.Id, string.Join(' ', paths.Take(10)));
        var ended = await cdn.AwaitAsync(started, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Invalidation = ended }, cancellation);
        if (!ended.Completed)
            context.Log.Warning("Invalidation {Id} is still in progress after {Timeout} (--cdn-timeout); edges may show old pages until it ends", ended.Id, options.Timeout);
        context.Summary.Changed($"the CDN: invalidation {ended.Id} of {ended.Paths.Length} paths, {(ended.Completed ? "completed" : "still in progress")}");
    }
}
