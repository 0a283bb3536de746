using Pipeline.Errors;
using Pipeline.Incidents;
using Pipeline.Migrations;
using Pipeline.Releases;
using Serilog;

namespace Pipeline.Runs;

/// <summary>What still has to be written and taken back when a run ends, even though its own token is cancelled by then.</summary>
internal sealed class RunEnd(PipelineSession session)
{
    // A CI host kills what it cancelled after a few seconds: five from the signal on are for everything, the last of them for the lock.
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LockShare = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UndoLimit = TimeSpan.FromMinutes(15);

    /// <summary>How long letting go of the lock may take.</summary>
    public TimeSpan ReleaseLimit => session.Signals.Age is { } age ? Longer(WriteLimit - age, LockShare) : WriteLimit;

    /// <summary>True when the run, or an earlier one of its release, changed what an undo would have to deal with.</summary>
    public bool HasChanged => !session.Undo.IsEmpty || SchemaStays is not null || session.Ledger.Resumption?.Changed.Any() == true || IsRollback;

    // It takes nothing back by itself: whatever it did stands until it is gone on with.
    private bool IsRollback => session.Ledger is { IsOpen: true, Current.Rollback: not null };

    // Asked at the end, not said by a step: a migration that an earlier run began, or whose Job is still at work, counts as well.
    private string? SchemaStays => SchemaGuard.WhyNoUndo(session.Ledger, session.Time);

    private TimeSpan RecordLimit => session.Signals.Age is { } age ? Longer(WriteLimit - LockShare - age, TimeSpan.Zero) : WriteLimit;

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

    /// <summary>Keeps the evidence, then puts back what the run changed, or leaves it where a person wants to look at it first.</summary>
    /// <param name="context">The step that failed.</param>
    /// <param name="exitCode">What the run ends with when there is nothing to put back.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> AfterFailureAsync(StepContext context, int exitCode)
    {
        var earlier = session.Ledger.Resumption?.Changed.Except(session.Undo.Steps).ToList() ?? [];
        if (session.Undo.IsEmpty && earlier.Count == 0 && SchemaStays is null)
        {
            if (session.Ledger.IsOpen && !IsRollback)
                session.Summary.LeftAlone("pods and pages: this run had changed nothing of them, so nothing is put back");
            return exitCode;
        }

        await KeepEvidenceAsync(context);
        return session.Shared!.Release.WhenFailing == AfterFailure.Stop && !session.Signals.IsUndoWanted
            ? await LeaveAsync([.. session.Undo.Leave(), .. earlier.Select(Earlier), .. SchemaStays is null ? (string[])[] : ["the schema"]], "left as it is, as --on-failure Stop asks")
            : await PutBackAsync(context.Log, SchemaStays ?? PagesStay(earlier), [.. earlier.Select(Earlier)]);
    }

    // The pods served before the pages were published; older ones would be asked by newer pages for what they do not have.
    private string? PagesStay(List<string> earlier) => !session.Undo.IsEmpty && earlier.Contains("SyncFrontend")
        ? "nothing was put back: the pages that an earlier run published would call an older API. ./build.sh Deploy goes on, ./build.sh Rollback takes the pages back first"
        : null;

    private static string Earlier(string step) => $"what an earlier run of this release did in {step}";

    private async Task KeepEvidenceAsync(StepContext context)
    {
        session.Incident.Begin(context, "What the run changed is to be put back");
        if (session.Cluster is { } cluster)
            session.Incident.TakeEvidence(cluster);
        await session.Incident.EvidenceTaken;
    }

    private async Task<int> PutBackAsync(ILogger log, string? stays, IReadOnlyList<string> earlier)
    {
        if (stays is null)
            session.Incident.Tell(session.Ledger.Current, SupportNotice.UndoBegins(session.Ledger.Current));
        using var limit = new CancellationTokenSource(UndoLimit, session.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, session.Signals.Ending);
        var left = stays is not null ? [stays] : await session.Undo.RunAsync(log, session.Summary, session.Incident, either.Token);
        if (left.Count + earlier.Count > 0)
            return await LeaveAsync([.. left, .. earlier], null);
        // A release that served before this run, and is put back to itself, still serves.
        await RecordAsync(r => r with { Outcome = r.Outcome == ReleaseOutcome.Succeeded ? r.Outcome : ReleaseOutcome.PutBack });
        return ExitCode.PutBack;
    }

    private async Task<int> LeaveAsync(IReadOnlyList<string> left, string? why)
    {
        await RecordAsync(r => r with { Outcome = ReleaseOutcome.NotPutBack });
        foreach (var sentence in left)
            session.Summary.Changed($"NOT PUT BACK: {sentence}{(why is null ? "" : $": {why}")}");
        return ExitCode.NotPutBack;
    }

    /// <summary>Writes that the run stopped, although a step of it does not end.</summary>
    public Task CutOffAsync() => RecordAsync(r => r with
    {
        Steps = [.. r.Steps.Select(s => s.State == StepState.Running ? s with { State = StepState.Cancelled, Ended = session.Time.GetUtcNow(), Error = "Its run was told to end, and left while it was at work." } : s)],
    });

    /// <summary>Writes the outcome of the release, if this run decided it.</summary>
    public async Task CloseAsync(bool failed, int? exitCode)
    {
        await session.Incident.StopAsync();
        var release = session.Ledger.Current;
        var outcome = (failed, release.Outcome, exitCode) switch
        {
            (false, _, _) when release.Verification is not null => ReleaseOutcome.Succeeded,
            (true, ReleaseOutcome.Unfinished, ExitCode.NotPutBack) => ReleaseOutcome.NotPutBack,
            (true, ReleaseOutcome.Unfinished, not ExitCode.Cancelled) => SchemaStays is null ? ReleaseOutcome.Failed : ReleaseOutcome.NotPutBack,
            _ => release.Outcome,
        };
        var ended = outcome == ReleaseOutcome.Unfinished ? (DateTimeOffset?)null : release.Ended ?? session.Time.GetUtcNow();
        await RecordAsync(r => r with { Outcome = outcome, Ended = ended, Incident = session.Incident.Facts ?? r.Incident });
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
