using Pipeline.Incidents;
using Pipeline.Output;
using Serilog;

namespace Pipeline.Runs;

/// <summary>How to take back, in reverse order, what this run really changed.</summary>
internal sealed class UndoStack
{
    private readonly Lock gate = new();
    private readonly Stack<(string What, Func<CancellationToken, Task> Undo)> entries = new();
    private readonly HashSet<string> steps = [];

    public bool IsEmpty
    {
        get
        {
            lock (gate)
                return entries.Count == 0;
        }
    }

    /// <summary>The steps whose changes are in it, or were and were taken back.</summary>
    public IReadOnlyCollection<string> Steps
    {
        get
        {
            lock (gate)
                return [.. steps];
        }
    }

    public void Push(string what, Func<CancellationToken, Task> undo, string step = "")
    {
        lock (gate)
        {
            steps.Add(step);
            entries.Push((what, undo));
        }
    }

    /// <summary>Gives up taking anything back.</summary>
    /// <returns>What stays, the latest first.</returns>
    public IReadOnlyList<string> Leave()
    {
        lock (gate)
        {
            string[] left = [.. entries.Select(e => e.What)];
            entries.Clear();
            return left;
        }
    }

    /// <summary>Takes everything back; an entry that fails does not keep the others from being taken back.</summary>
    /// <returns>The sentences of what could not be put back; empty when all is as before.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(ILogger log, Summary summary, Incident incident, CancellationToken cancellation)
    {
        var left = new List<string>();
        while (Next() is var (what, undo))
        {
            try
            {
                log.Warning("Putting back {What}", what);
                await undo(cancellation);
                log.Information("{What}: put back", what);
                summary.PutBack(what);
                incident.PutBack(what);
            }
#pragma warning disable CA1031 // Whatever keeps one entry from going back must not keep the others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                var why = e is OperationCanceledException && cancellation.IsCancellationRequested ? "the run was ended, or the time was over" : EvidenceMask.Without(e.Message);
                left.Add($"{what} could not be put back: {why}");
                log.Error("{What} could not be put back: {Why}", what, why);
                incident.PutBack(what, why);
            }
        }

        return left;
    }

    private (string What, Func<CancellationToken, Task> Undo)? Next()
    {
        lock (gate)
            return entries.TryPop(out var entry) ? entry : null;
    }
}
