using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollbacks;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Verification;

/// <summary>Asks the addresses that users use whether they show the release, and then whether the one before could come back.</summary>
/// <param name="options">The addresses.</param>
/// <param name="back">Where the parts of the release before are; null when nobody wants to know.</param>
public sealed class VerifyStep(VerificationOptions options, WayBackOptions? back = null) : IStep
{
    /// <inheritdoc />
    public string Name => "Verify";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();

        var (release, history) = await ReleaseAsync(context, cancellation);
        context.FollowsFrom(options.ApiUrl, options.SiteUrl, $"{ExpectedRelease.Of(release, history) with { Newer = [] }}");
        using var run = new ProbeRun(context.Time, context.Log, context.Gate, context.Incident.Availability);
        var limit = options.Timeout(new Faults());
        var results = await run.AskAsync(Probes.Of(options, ExpectedRelease.Of(release, history)), limit, cancellation);
        Show(results, context);
        var passed = results.All(r => r.Passed);
        // An earlier attempt's verification must not end this one well; a release that is finished stays good although it cannot be seen now.
        if (context.Ledger.IsOpen && (passed || release.Outcome != ReleaseOutcome.Succeeded))
            await context.Ledger.UpdateAsync(r => r with { Verification = passed ? new VerificationResult([.. results]) : null }, cancellation);
        if (!passed)
            throw new FailureException(Failure(release, results, limit));
        if (back is not null && context.Ledger is { IsOpen: true, Current.Rollback: null })
            await new WayBackProof(back, context).ShowAsync(cancellation);
    }

    // Asked alone, Verify must neither begin a release nor call somebody else's its own.
    private static async Task<(Release Release, ReleaseHistory History)> ReleaseAsync(StepContext context, CancellationToken cancellation)
    {
        if (context.Ledger.IsOpen)
            return (context.Ledger.Current, context.Ledger.History);
        var history = await context.HistoryAsync(cancellation);
        if (history.Latest is not { } latest)
            throw FailureException.Refused($"Nothing was released to the namespace '{context.Options.Cluster.KubeNamespace}' yet: there is no record to verify against. Run ./build.sh Deploy.");
        var source = await context.SourceAsync(cancellation);
        var key = await ReleaseKey.OfAsync(context.Options.Release.EnvironmentName!, source, context.Options.Release.Inputs, cancellation);
        if (latest is { Rollback: null, Rollout: not null } && latest.Key == key)
            return (await context.OpenReleaseAsync(cancellation), history);
        var live = history.Live ?? latest;
        context.Log.Information("Verifying release {Number}, {Version}, which serves now; it was not made from this commit, so its record stays as it is", live.Number, live.Version);
        return (live, history);
    }

    private static void Show(IReadOnlyList<ProbeResult> results, StepContext context)
    {
        foreach (var r in results)
            context.Log.Write(
                r.Passed ? Serilog.Events.LogEventLevel.Information : Serilog.Events.LogEventLevel.Error,
                "{Probe,-12:l} {State,-6:l} {Milliseconds,6:0} ms  {Address:l}  {Found:l}",
                r.Name, r.Passed ? "passed" : "failed", r.Milliseconds, r.Address, r.Found);
    }

    private static string Failure(Release release, IReadOnlyList<ProbeResult> results, TimeSpan limit)
    {
        var lines = results.Where(r => !r.Passed).Select(r => $"  {r.Name} at {r.Address}: {r.Found}");
        return $"Release {release.Number}, {release.Version}, does not show itself within {limit.TotalSeconds:0.###} s ({Flag.Of(nameof(VerificationOptions.VerifyTimeout))}):{Environment.NewLine}"
            + $"{string.Join(Environment.NewLine, lines)}{Environment.NewLine}Look closer with ./build.sh Diagnose.";
    }
}
