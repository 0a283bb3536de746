using System.Collections.Concurrent;
using Pipeline.Cluster;
using Pipeline.Environments;
using Pipeline.Errors;
using Pipeline.Incidents;
using Pipeline.Leases;
using Pipeline.Output;
using Pipeline.Releases;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Runs;

/// <summary>
/// One run of the program: its signals, its release, its deploy lock, what it changed and how to take it back. Closed once every target
/// has ended.
/// </summary>
public sealed class PipelineSession : IAsyncDisposable
{
    // Five seconds are for everything after a signal; a step that does not hear it must not keep the lock for longer.
    private static readonly TimeSpan LeaveAfter = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim gate = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly RunEnd end;
    private readonly RunningSteps running;
    private readonly RunFailure failure;
    private readonly Lazy<Task> letGo;
    private readonly ConcurrentDictionary<string, bool> leftOut = new();
    private Task<Source>? source;
    private ClusterConnection? unguarded;
    private ClusterConnection? cluster;
    private ILogger log = Serilog.Core.Logger.None;
    private RunOptions? shared;
    private bool isClosed;

    /// <param name="time">The clock.</param>
    /// <param name="ask">Asks the person who presses Ctrl-C what is to become of the run; null where nobody can answer: it stops.</param>
    public PipelineSession(TimeProvider time, AskInterrupted? ask = null)
    {
        Time = time;
        Signals = new Signals(stop, time, ask) { Work = Work };
        Lock = new RunLock(stop, Signals, Gate, time);
        running = new RunningSteps(time);
        end = new RunEnd(this);
        failure = new RunFailure(this, running, end);
        Incident = new Incident(time);
        letGo = new Lazy<Task>(LetGoAsync);
        Signals.Ending.Register(() => _ = LeaveAsync());
    }

    /// <summary>What the process ends with; null while nothing failed.</summary>
    public int? ExitCode => failure.ExitCode;

    /// <summary>Cancelled by Ctrl-C, SIGTERM and the failure of a step: for work that is no step.</summary>
    public CancellationToken Stopping => stop.Token;

    /// <summary>What is printed at the end.</summary>
    public Summary Summary { get; } = new();

    internal TimeProvider Time { get; }

    internal ReleaseLedger Ledger { get; } = new();

    internal Redactor Redactor { get; } = new();

    internal UndoStack Undo { get; } = new();

    internal Incident Incident { get; }

    internal ClusterConnection? Cluster => cluster;

    internal RunOptions? Shared => shared;

    internal Signals Signals { get; }

    internal RunLock Lock { get; }

    internal RequestGate Gate { get; } = new();

    /// <summary>Runs one step: records its start and end; on its failure stops the steps beside it and puts back what this run changed.</summary>
    /// <param name="step">The step.</param>
    /// <param name="options">The settings that every step shares.</param>
    /// <param name="hostLog">The host's logger; the step's own masks secrets before it hands on.</param>
    public async Task RunAsync(IStep step, RunOptions options, ILogger hostLog)
    {
        log = RedactingSink.InFrontOf(hostLog, Redactor);
        if (Interlocked.Exchange(ref shared, options) is null && options.Release.EnvironmentName is { Length: > 0 } name)
            log.Information("Environment {Name:l}: {Place:l}", name, options.Cluster.Place);
        Redactor.Hide(options.NoticeWebhook);
        var context = new StepContext(this, options, log, step.Name);
        var record = new StepRecord(step.Name, StepState.Running, Time.GetUtcNow());
        var own = running.Begin();
        try
        {
            Check(options.Release);
            await Ledger.UpdateAsync(r => r.With(record), stop.Token);
            await step.RunAsync(context, stop.Token);
            await Ledger.UpdateAsync(r => r.With(record with { State = StepState.Done, Ended = Time.GetUtcNow(), Inputs = context.Inputs }), stop.Token);
        }
        catch (Exception e)
        {
            if (await failure.OfAsync(record with { Inputs = context.Inputs }, e, own, context) is not { } sentence)
                throw new OperationCanceledException("Stopped, because another step failed.", e);
            throw new FailureException(sentence, ExitCode ?? Errors.ExitCode.Failed, e);
        }
        finally
        {
            own.SetResult();
        }
    }

    /// <summary>Ends the run: writes the record's outcome and lets go of the lock.</summary>
    /// <param name="exitCode">What the process is about to end with.</param>
    /// <returns>The lines that say how it ended; none when no step ran.</returns>
    public async Task<IReadOnlyList<string>> CloseAsync(int exitCode)
    {
        await DisposeAsync();
        return shared is null ? [] : [.. RunReport.Lines(this, shared, exitCode).Select(Redactor.Redact)];
    }

    /// <summary>Ends the run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isClosed)
            return;
        isClosed = true;
        await letGo.Value;
        // The next run need not wait for a report and a webhook.
        await Incident.EndAsync(Ledger.Current, Ledger.History);
        await Incident.DisposeAsync();
        unguarded?.Dispose();
        Signals.Dispose();
        Ledger.Dispose();
        gate.Dispose();
        stop.Dispose();
    }

    internal Task StopAsync() => stop.CancelAsync();

    internal void EndWith(int exitCode) => failure.ExitCode ??= exitCode;

    internal Task<Source> SourceAsync(ReleaseOptions options, CancellationToken cancellation) => source ??= Source.ReadAsync(options, cancellation);

    internal async Task<ClusterConnection> ClusterAsync(RunOptions options, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (cluster is null)
            {
                var opened = ClusterConnection.Open(options.Cluster, Time);
                await ClusterPin.ProveAsync(opened, options.Cluster, log, cancellation);
                (unguarded, cluster) = (opened, opened.Behind(Gate));
            }

            return cluster;
        }
        finally
        {
            gate.Release();
        }
    }

    internal async Task<Release> OpenReleaseAsync(StepContext context, Release? rollback, CancellationToken cancellation)
    {
        var connection = await ClusterAsync(context.Options, cancellation);
        await gate.WaitAsync(cancellation);
        try
        {
            if (!Ledger.IsOpen)
                await OpenAsync(connection, rollback ?? await DraftAsync(context.Options.Release, cancellation), context.Options.Release.Fresh, cancellation);
            return Ledger.Current;
        }
        finally
        {
            gate.Release();
        }
    }

    internal ReleaseHistory TellUnreadable(ReleaseHistory history)
    {
        foreach (var left in history.Unreadable.Where(u => leftOut.TryAdd(u.Name, true)))
            log.Warning("Left out: {Why:l}", left.Sentence);
        return history;
    }

    internal async Task<string?> TakeLockAsync(RunOptions options, LeaseWish wish, CancellationToken cancellation)
    {
        await ClusterAsync(options, cancellation);
        await gate.WaitAsync(cancellation);
        try
        {
            return (await Lock.HoldAsync(unguarded!, wish, log, cancellation)).TakenFrom;
        }
        finally
        {
            gate.Release();
        }
    }

    internal async Task<Release> DraftAsync(ReleaseOptions options, CancellationToken cancellation)
    {
        var what = await SourceAsync(options, cancellation);
        what.RefuseDirty(options);
        return new Release
        {
            Environment = options.EnvironmentName!,
            Key = await ReleaseKey.OfAsync(options.EnvironmentName!, what, options.Inputs, cancellation),
            Version = what.Version,
            Commit = what.Commit,
            StartedBy = Operator.Describe(),
            Started = Time.GetUtcNow(),
        };
    }

    // No step has these as its own, and a wait that cannot be read must not end as no wait at all.
    private static void Check(ReleaseOptions options)
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();
    }

    private async Task OpenAsync(ClusterConnection connection, Release wanted, bool fresh, CancellationToken cancellation)
    {
        var held = await Lock.HoldAsync(unguarded!, new LeaseWish($"Deploy of {wanted.Version}") { Wait = shared!.Release.LockPatience }, log, cancellation);
        var store = new RecordStore(connection);
        var (release, history) = await ReleaseOpening.OpenAsync(store, wanted, fresh, cancellation);
        TellUnreadable(history);
        if (Resumption.In(history, release) is { } resumption)
        {
            log.Information("{Resumption:l}", resumption.Sentence);
            release = release with { Resumed = release.Resumed.Add(new ResumedRun(wanted.StartedBy, wanted.Started)) };
        }

        await Ledger.OpenAsync(store, release with { TookOver = held.TakenFrom ?? release.TookOver }, history, cancellation);
        log.Information("Release {Number} of {Environment}: {Version}, commit {Commit}", release.Number, release.Environment, release.Version, release.Commit[..12]);
    }

    // What only looks, and what has already failed with nothing to put back, is simply ended.
    private InterruptedWork? Work() => Ledger.IsOpen && (!failure.Happened || failure.IsPuttingBack)
        ? new InterruptedWork(CanUndo: Ledger.Current.Rollback is null, failure.IsPuttingBack, sentence => log.Warning("{Sentence:l}", sentence))
        : null;

    private async Task LeaveAsync()
    {
        await Task.Delay(LeaveAfter, Time);
        await letGo.Value;
    }

    private async Task LetGoAsync()
    {
        try
        {
            if (!Ledger.IsOpen)
                return;
            if (running.IsIdle)
                await end.CloseAsync(failure.Happened, ExitCode);
            else
                await end.CutOffAsync();
        }
        finally
        {
            await Lock.LetGoAsync(end.ReleaseLimit);
        }
    }
}
