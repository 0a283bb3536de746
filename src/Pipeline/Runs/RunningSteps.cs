namespace Pipeline.Runs;

/// <summary>The steps that run now. What one of them changed is put back only when those beside it have ended.</summary>
internal sealed class RunningSteps(TimeProvider time)
{
    // A step that does not hear the cancellation must not keep the undo from beginning for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly List<Task> running = [];

    /// <summary>A step begins; it ends with the result of what is returned.</summary>
    public TaskCompletionSource Begin()
    {
        var step = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
            running.Add(step.Task);
        return step;
    }

    /// <summary>True when no step is at work.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate)
                return running.TrueForAll(t => t.IsCompleted);
        }
    }

    /// <summary>Waits for the others.</summary>
    /// <returns>False when one of them did not end in time.</returns>
    public async Task<bool> OthersEndedAsync(TaskCompletionSource own)
    {
        Task[] others;
        lock (gate)
            others = [.. running.Where(t => t != own.Task)];
        try
        {
            await Task.WhenAll(others).WaitAsync(Patience, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
