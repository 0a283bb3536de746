using Pipeline.Cluster;
using Pipeline.Environments;
using Pipeline.Errors;
using Pipeline.Output;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Releases;

/// <summary>
/// One run of the program: its signals, its release, its deploy lock, what it changed and how to take it back. Closed once every target
/// has ended.
/// </summary>
public sealed class PipelineSession : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly Signals signals;
    private readonly RunEnd end;
    private readonly RunningSteps running;
    private Task<Source>? source;
    private ClusterConnection? unguarded;
    private ClusterConnection? cluster;
    private DeployLease? lease;
    private ILogger log = Serilog.Core.Logger.None;
    private RunOptions? shared;
    private int failures;
    private bool isClosed;

    /// <param name="time">The clock.</param>
    public PipelineSession(TimeProvider time)
    {
        Time = time;
        signals = new Signals(stop, time);
        running = new RunningSteps(time);
        end = new RunEnd(this);
    }

    /// <summary>What the process ends with; null while nothing failed.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Cancelled by Ctrl-C, SIGTERM and the failure of a step: for work that is no step.</summary>
    public CancellationToken Stopping => stop.Token;

    /// <summary>What is printed at the end.</summary>
    public Summary Summary { get; } = new();

    internal TimeProvider Time { get; }

    internal ReleaseLedger Ledger { get; } = new();

    internal Redactor Redactor { get; } = new();

    internal UndoStack Undo { get; } = new();

    internal ClusterConnection? Cluster => cluster;

    internal RunOptions? Shared => shared;

    internal Signals Signals => signals;

    internal TimeSpan? SignalAge => signals.Age;

    internal RequestGate Gate { get; } = new();

    private bool IsLockLost => lease is { Loss: not null };

    /// <summary>Runs one step: records its start and end; on its failure stops the steps beside it and puts back what this run changed.</summary>
    /// <param name="step">The step.</param>
    /// <param name="options">The settings that every step shares.</param>
    /// <param name="hostLog">The host's logger; the step's own masks secrets before it hands on.</param>
    public async Task RunAsync(IStep step, RunOptions options, ILogger hostLog)
    {
        log = RedactingSink.InFrontOf(hostLog, Redactor);
        if (Interlocked.Exchange(ref shared, options) is null && options.Release.EnvironmentName is { Length: > 0 } name)
            log.Information("Environment {Name:l}: {Place:l}", name, options.Cluster.Place);
        var context = new StepContext(this, options, log);
        var record = new StepRecord(step.Name, StepState.Running, Time.GetUtcNow());
        var own = running.Begin();
        try
        {
            Check(options.Release);
            await Ledger.UpdateAsync(r => r.With(record), stop.Token);
            await step.RunAsync(context, stop.Token);
            await Ledger.UpdateAsync(r => r.With(record with { State = StepState.Done, Ended = Time.GetUtcNow() }), stop.Token);
        }
        catch (Exception e)
        {
            var isAftermath = failures > 0 && !signals.Received && e is OperationCanceledException;
            var sentence = Redactor.Redact(Explained(e));
            await FailAsync(record, e, sentence, own);
            if (isAftermath)
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
        try
        {
            if (Ledger.IsOpen)
                await end.CloseAsync(failures > 0, ExitCode);
        }
        finally
        {
            await LetGoAsync();
        }

        unguarded?.Dispose();
        signals.Dispose();
        Ledger.Dispose();
        gate.Dispose();
        stop.Dispose();
    }

    internal void EndWith(int exitCode) => ExitCode ??= exitCode;

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

    internal async Task<string?> TakeLockAsync(RunOptions options, LeaseWish wish, CancellationToken cancellation)
    {
        await ClusterAsync(options, cancellation);
        await gate.WaitAsync(cancellation);
        try
        {
            return (lease ?? await HoldAsync(wish, cancellation)).TakenFrom;
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
        var held = lease ?? await HoldAsync(new LeaseWish($"Deploy of {wanted.Version}") { Wait = shared!.Release.LockPatience }, cancellation);
        var store = new RecordStore(connection);
        var (release, history) = await ReleaseOpening.OpenAsync(store, wanted, fresh, cancellation);
        await Ledger.OpenAsync(store, release with { TookOver = held.TakenFrom ?? release.TookOver }, history, cancellation);
        log.Information("Release {Number} of {Environment}: {Version}, commit {Commit}", release.Number, release.Environment, release.Version, release.Commit[..12]);
    }

    private async Task<DeployLease> HoldAsync(LeaseWish wish, CancellationToken cancellation)
    {
        lease = await new LeaseTaking(unguarded!, LeaseHolder.Current(wish.Purpose), wish, Time, log).TakeAsync(cancellation);
        lease.Lost.Register(stop.Cancel);
        lease.Asked.Register(signals.Receive);
        Gate.Guard(lease);
        return lease;
    }

    private async Task LetGoAsync()
    {
        if (lease is null)
            return;
        await lease.ReleaseAsync(end.ReleaseLimit);
        await lease.DisposeAsync();
    }

    private async Task FailAsync(StepRecord record, Exception error, string sentence, TaskCompletionSource own)
    {
        var state = error is OperationCanceledException && stop.IsCancellationRequested ? StepState.Cancelled : StepState.Failed;
        var first = Interlocked.Increment(ref failures) == 1;
        ExitCode = CodeOf(error);
        await stop.CancelAsync();
        await end.RecordAsync(r => r.With(record with { State = state, Ended = Time.GetUtcNow(), Error = sentence }));
        // Who lost the lock changes nothing any more, not even back: another run is at work.
        if (!first || signals.Received || IsLockLost)
            return;
        if (!await running.OthersEndedAsync(own))
            log.Warning("A step beside this one does not end; putting back all the same");
        if (!Undo.IsEmpty)
            ExitCode = await end.UndoAsync(new StepContext(this, shared!, log));
    }

    // The first failure decides. What a later one adds is its aftermath, unless it left something changed.
    private int CodeOf(Exception error) => (error, ExitCode) switch
    {
        (FailureException { ExitCode: Errors.ExitCode.NotPutBack }, _) => Errors.ExitCode.NotPutBack,
        (_, Errors.ExitCode.PutBack or Errors.ExitCode.NotPutBack) => ExitCode.Value,
        _ when signals.Received => Errors.ExitCode.Cancelled,
        _ when IsLockLost => Undo.IsEmpty ? Errors.ExitCode.Failed : Errors.ExitCode.NotPutBack,
        (_, { } soFar) => soFar,
        (FailureException failure, _) => failure.ExitCode,
        (UsageException, _) => Errors.ExitCode.Usage,
        _ => Errors.ExitCode.Failed,
    };

    private string Explained(Exception error) => error switch
    {
        OperationCanceledException when lease is { Loss: { } why } => why,
        OperationCanceledException when lease is { AskedBy: { } by } => $"Stopped: ended by {by}",
        OperationCanceledException when stop.IsCancellationRequested => "Stopped before its end.",
        FailureException or UsageException => error.Message,
        _ => $"{error.GetType().Name}: {error.Message}",
    };
}
