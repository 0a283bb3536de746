using System.Collections.Immutable;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Rollbacks;

/// <summary>
/// Makes the pages of the target live again. They go first, for old pages may call a new API for a moment and never the reverse; but users
/// wait for the pods, so a store that is slow or down gets a start of two seconds and goes on beside them.
/// </summary>
internal sealed class RollbackPages(FrontendOptions frontend, CdnOptions cdn, StepContext context, RollbackPlan plan) : IAsyncDisposable
{
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource over = new();
    private readonly long started = context.Time.GetTimestamp();
    private Task<string?> switching = Task.FromResult<string?>(null);
    private bool areBack;

    /// <summary>Begins, and returns when the pages are back or have had their start.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        switching = NoteAsync(cancellation);
        await Task.WhenAny(switching, Task.Delay(Start, context.Time, cancellation));
        cancellation.ThrowIfCancellationRequested();
        if (!switching.IsCompleted)
            context.Log.Warning("The pages are not back after {Seconds} s and go on beside the pods", Start.TotalSeconds);
    }

    /// <summary>Waits until the pages are back, at most until half a minute after they began.</summary>
    /// <returns>The sentence that says what is missing and how to finish; null when nothing is.</returns>
    public async Task<string?> EndAsync()
    {
        var left = Patience - context.Time.GetElapsedTime(started);
        await Task.WhenAny(switching, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, context.Time));
        await over.CancelAsync();
        return await switching;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await switching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        over.Dispose();
    }

    private async Task<string?> NoteAsync(CancellationToken cancellation)
    {
        var missing = await TrySwitchAsync(cancellation);
        context.Incident.PutBack($"the pages of release {plan.PagesOf?.Number ?? plan.Target.Number}", missing);
        return missing;
    }

    private async Task<string?> TrySwitchAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        try
        {
            return await SwitchAsync(either.Token);
        }
        catch (FailureException e)
        {
            context.Log.Error("The {What:l} not, the pods go back all the same: {Why:l}", areBack ? "CDN was told" : "pages are back", e.Message);
            return areBack ? $"the CDN was not told to forget the newer pages, so its edges may show them for a while: {e.Message}" : $"the pages are not back: {e.Message}";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var waited = $"no end within {context.Time.GetElapsedTime(started).TotalSeconds:0} s";
            return areBack ? $"the CDN was not told to forget the newer pages: {waited}" : $"the pages are not back, or not all of them: the bucket '{frontend.FrontendBucket}' is too slow, {waited}";
        }
    }

    private async Task<string?> SwitchAsync(CancellationToken cancellation)
    {
        if (plan.PagesOf is not { Frontend: { } pages } of)
            return Unkept();
        var store = new PageSwitch(frontend, context.Gate, context.Log);
        var switched = await store.BackToAsync(of, plan.History.PagesAfter(of), cancellation);
        // What an earlier attempt switched, the edges may still show as it was.
        ImmutableArray<string> changed = plan.IsCdnUntold ? [.. switched.Union(await store.PagesAsync([pages], cancellation)).Union(plan.ChangedSince)] : switched;
        areBack = true;
        // Only now: a rollback that is repeated must know what really is live.
        if (of == plan.Target)
            await context.Ledger.UpdateAsync(r => r with { Frontend = pages }, cancellation);
        if (changed.Length == 0)
            context.Summary.LeftAlone($"the pages: already those of release {of.Number}");
        else
            await ForgetAsync(of, switched.Length, changed, cancellation);
        return null;
    }

    // Nothing brings back what was never kept; when nobody published pages since, nothing has to.
    private string? Unkept()
    {
        if (plan.LivePages is null)
        {
            context.Summary.LeftAlone("the pages: no kept release has any");
            return null;
        }

        context.Log.Error("Release {Number} kept no pages; those that are live stay", plan.Target.Number);
        return $"the pages stay those of the newer release, for release {plan.Target.Number} kept none. Publish them from its commit, {plan.Target.Commit[..12]}, with ./build.sh Deploy, or choose a release that has pages with --rollback-to";
    }

    private async Task ForgetAsync(Release of, int switched, ImmutableArray<string> changed, CancellationToken cancellation)
    {
        if (switched > 0)
            context.Summary.Changed($"the pages: {switched} switched to release {of.Number}");
        using var invalidation = new CdnInvalidation(cdn, context.Time, context.Gate);
        // Started, not awaited: pods that serve the old release again matter more than an edge that forgets a minute later.
        var begun = await invalidation.StartAsync($"{context.Ledger.Current.Number}-{plan.Target.Key}", changed, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Invalidation = begun }, cancellation);
        context.Summary.Changed($"the CDN: asked to forget {begun.Extent()}");
    }
}
