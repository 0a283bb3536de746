using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Settings;
using Pipeline.Verification;

namespace Pipeline.Releases;

/// <summary>Everything that is not as the record says: cluster, addresses and bucket, looked at side by side.</summary>
internal sealed class DriftReport(StatusOptions options, StepContext context)
{
    /// <summary>Shows each difference, and what could not be compared.</summary>
    /// <returns>How many there are.</returns>
    public async Task<int> ShowAsync(ClusterConnection cluster, ReleaseHistory history, CancellationToken cancellation)
    {
        if (history.Live is not { Rollout: not null } live)
        {
            context.Log.Information("Drift: nothing to compare with, no release is live");
            return 0;
        }

        var applied = history.Releases.First(r => r.Outcome == ReleaseOutcome.Succeeded).Rollout?.Objects ?? [];
        var found = await Task.WhenAll(
            TryAsync("the cluster", () => new ClusterDrift(cluster, live, applied).FindAsync(cancellation)),
            TryAsync("the addresses", () => OutsideAsync(live, history, cancellation)),
            TryAsync("the bucket", () => BucketAsync(live, cancellation)));
        var all = found.SelectMany(f => f ?? []).ToList();
        foreach (var drift in all)
            context.Log.Warning("Drift: {Difference:l}", drift.ToString());
        if (all.Count == 0)
            context.Log.Information("Drift: none in what was compared; all is as release {Number} left it", live.Number);
        return all.Count;
    }

    private async Task<IReadOnlyList<Drift>?> TryAsync(string what, Func<Task<IReadOnlyList<Drift>>> comparing)
    {
        try
        {
            return await comparing();
        }
        catch (FailureException e)
        {
            // One right or server that is missing must not hide the rest.
            context.Log.Warning("Drift: {What:l} could not be compared: {Why:l}", what, e.Message);
            return null;
        }
    }

    private async Task<IReadOnlyList<Drift>> OutsideAsync(Release live, ReleaseHistory history, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.Verification.Check(faults);
        if (!faults.None)
            throw new FailureException("--api-url and --site-url are not given.");
        using var run = new ProbeRun(context.Time, Serilog.Core.Logger.None, context.Gate);
        var once = Probes.Of(options.Verification, ExpectedRelease.Of(live, history)).Select(p => p with { InARow = 1 });
        var results = await run.AskAsync([.. once], TimeSpan.Zero, cancellation);
        return [.. results.Where(r => !r.Passed).Select(r => new Drift(r.Address, r.Found))];
    }

    private async Task<IReadOnlyList<Drift>> BucketAsync(Release live, CancellationToken cancellation)
    {
        if (live.Frontend is null)
            return [];
        if (options.Frontend is not { FrontendBucket: not null } frontend)
            throw new FailureException("--frontend-bucket is not given.");
        using var bucket = new SiteBucket(frontend);
        var found = new System.Collections.Concurrent.ConcurrentBag<Drift>();
        var files = await SiteFiles.ReadAsync(bucket, live.Frontend, cancellation);
        // Of pages that were there before the first release nobody knows the hash.
        await SiteBucket.EachAsync(files.Pages.Concat(files.Assets).Where(f => f.Value.Length > 0), async (file, stop) =>
        {
            var there = await bucket.HashAsync(file.Key, stop);
            if (there != file.Value)
                found.Add(new Drift($"s3://{frontend.FrontendBucket}/{file.Key}", there is null ? "it is gone, or somebody else wrote it" : "its content is not that of the release"));
        }, cancellation);
        return [.. found.OrderBy(d => d.Subject, StringComparer.Ordinal)];
    }
}
