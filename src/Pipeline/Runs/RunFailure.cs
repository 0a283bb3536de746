using System.Net;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Incidents;
using Pipeline.Releases;

namespace Pipeline.Runs;

/// <summary>What the failure of a step means for its run: the sentence, the exit code, and what becomes of what was changed.</summary>
internal sealed class RunFailure(PipelineSession session, RunningSteps running, RunEnd end)
{
    private int failures;

    /// <summary>True once a step failed or was stopped.</summary>
    public bool Happened => failures > 0;

    /// <summary>True while what the run changed is put back.</summary>
    public bool IsPuttingBack { get; private set; }

    /// <summary>What the process ends with; null while nothing failed.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Records the failure, stops the steps beside it and, if it is the first, puts back what the run changed.</summary>
    /// <returns>The sentence for the person; null when the step was only stopped because another one failed.</returns>
    public async Task<string?> OfAsync(StepRecord record, Exception error, TaskCompletionSource own, StepContext context)
    {
        var isAftermath = Happened && !session.Signals.Received && error is OperationCanceledException;
        var sentence = session.Redactor.Redact(Explained(error));
        var state = error is OperationCanceledException && session.Stopping.IsCancellationRequested ? StepState.Cancelled : StepState.Failed;
        var first = Interlocked.Increment(ref failures) == 1;
        ExitCode = CodeOf(error);
        await session.StopAsync();
        await end.RecordAsync(r => r.With(record with { State = state, Ended = session.Time.GetUtcNow(), Error = sentence }));
        // Who lost the lock, or may no longer talk to the cluster, changes nothing any more, not even back.
        if (first && !session.Signals.Received && session.Lock.Loss is null && !IsLockedOut(error))
            await UndoAsync(own, context);
        return isAftermath ? null : sentence;
    }

    private async Task UndoAsync(TaskCompletionSource own, StepContext context)
    {
        if (!await running.OthersEndedAsync(own))
            context.Log.Warning("A step beside this one does not end; putting back all the same");
        IsPuttingBack = !session.Undo.IsEmpty;
        ExitCode = await end.AfterFailureAsync(context, ExitCode!.Value);
        IsPuttingBack = false;
    }

    private static bool IsLockedOut(Exception? error) => error is ClusterRequestException { Status: HttpStatusCode.Unauthorized } || (error is not null && IsLockedOut(error.InnerException));

    // The first failure decides. What a later one adds is its aftermath, unless it left something changed.
    private int CodeOf(Exception error) => (error, ExitCode) switch
    {
        (FailureException { ExitCode: Errors.ExitCode.NotPutBack }, _) => Errors.ExitCode.NotPutBack,
        (_, Errors.ExitCode.PutBack or Errors.ExitCode.NotPutBack) => ExitCode.Value,
        _ when session.Signals.Received => Errors.ExitCode.Cancelled,
        _ when session.Lock.Loss is not null || IsLockedOut(error) => end.HasChanged ? Errors.ExitCode.NotPutBack : Errors.ExitCode.Failed,
        (_, { } soFar) => soFar,
        (FailureException failure, _) => failure.ExitCode,
        (UsageException, _) => Errors.ExitCode.Usage,
        _ => Errors.ExitCode.Failed,
    };

    private string Explained(Exception error) => error switch
    {
        OperationCanceledException when session.Lock.Loss is { } why => why,
        OperationCanceledException when session.Lock.AskedBy is { } by => $"Stopped: ended by {by}",
        OperationCanceledException when session.Signals.IsUndoWanted => "Stopped by Ctrl-C, to be put back.",
        OperationCanceledException when session.Stopping.IsCancellationRequested => "Stopped before its end.",
        UsageException => error.Message,
        // It may quote the log of a program that printed its password.
        FailureException => EvidenceMask.Without(error.Message),
        _ => $"{error.GetType().Name}: {EvidenceMask.Without(error.Message)}",
    };
}
