using Pipeline.Errors;
using Pipeline.Incidents;
using Serilog;

namespace Pipeline.Releases;

/// <summary>What still has to be written and taken back when a run ends, even though its own token is cancelled by then.</summary>
internal sealed class RunEnd(PipelineSession session)
{
    // A CI host kills what it cancelled after a few seconds: five from the signal on are for everything, the last of them for the lock.
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LockShare = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UndoLimit = TimeSpan.FromMinutes(15);

    /// <summary>How long letting go of the lock may take.</summary>
    public TimeSpan ReleaseLimit => session.SignalAge is { } age ? Longer(WriteLimit - age, LockShare) : WriteLimit;

    private TimeSpan RecordLimit => session.SignalAge is { } age ? Longer(WriteLimit - LockShare - age, TimeSpan.Zero) : WriteLimit;

    /// <summary>Writes to the record. A record that cannot be written is left unfinished, which is what it then is.</summary>
    public async Task RecordAsync(Func<Release, Release> change)
    {
        using var limit = new CancellationTokenSource(RecordLimit, session.Time);
        try
        {
            await session.Ledger.UpdateAsync(change, limit.Token);
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException)
        {
            session.Summary.LeftAlone($"the record of release {session.Ledger.Current.Number}, which could not be written: {e.Message}");
        }
    }

    /// <summary>Keeps the evidence, puts back what the run changed and says how that ended.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> UndoAsync(StepContext context)
    {
        var evidence = EvidenceAsync(context);
        // Whatever the evidence fails with, users come first.
        await evidence.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (evidence.Exception?.InnerException is { } e)
            context.Log.Warning("No evidence was kept in '{Folder:l}': {Why:l}", context.Options.EvidenceFolder, e.Message);
        return await PutBackAsync(context.Log);
    }

    private async Task EvidenceAsync(StepContext context)
    {
        if (session.Cluster is { } cluster && context.Options.EvidenceFolder is { } folder)
            await Diagnosis.BeforeUndoAsync(folder, context, cluster);
    }

    private async Task<int> PutBackAsync(ILogger log)
    {
        using var limit = new CancellationTokenSource(UndoLimit, session.Time);
        var left = await session.Undo.RunAsync(log, session.Summary, limit.Token);
        // A release that served before this run, and is put back to itself, still serves.
        await RecordAsync(r => r with { Outcome = left.Count > 0 ? ReleaseOutcome.NotPutBack : r.Outcome == ReleaseOutcome.Succeeded ? r.Outcome : ReleaseOutcome.PutBack });
        foreach (var sentence in left)
            session.Summary.Changed($"NOT PUT BACK: {sentence}");
        return left.Count == 0 ? ExitCode.PutBack : ExitCode.NotPutBack;
    }

    /// <summary>Writes the outcome of the release, if this run decided it.</summary>
    public async Task CloseAsync(bool failed, int? exitCode)
    {
        var release = session.Ledger.Current;
        var outcome = (failed, release.Outcome, exitCode) switch
        {
            (false, _, _) when release.Verification is not null => ReleaseOutcome.Succeeded,
            (true, ReleaseOutcome.Unfinished, ExitCode.NotPutBack) => ReleaseOutcome.NotPutBack,
            (true, ReleaseOutcome.Unfinished, not ExitCode.Cancelled) => ReleaseOutcome.Failed,
            _ => release.Outcome,
        };
        var ended = outcome == ReleaseOutcome.Unfinished ? (DateTimeOffset?)null : release.Ended ?? session.Time.GetUtcNow();
        await RecordAsync(r => r with { Outcome = outcome, Ended = ended });
        if (outcome == ReleaseOutcome.Succeeded)
            await PruneAsync();
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private async Task PruneAsync()
    {
        using var limit = new CancellationTokenSource(WriteLimit, session.Time);
        try
        {
            await new RecordPruning(session.Cluster!).RunAsync(session.Shared!.Release.Keep, limit.Token);
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException)
        {
            session.Summary.LeftAlone($"old records, which could not be removed: {e.Message}");
        }
    }
}
