using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Nuke.Common.Output;

namespace Nuke.Common.Execution;

/// <summary>Runs a plan: each target once all it waits for succeeded, those that do not wait for each other at once.</summary>
internal sealed class TargetRun(NukeBuild build, Plan plan, string verbosity)
{
    private const int Failed = 1;
    private const int Cancelled = 130;

    private readonly Dictionary<BuildTarget, Task<bool>> runs = [];
    private readonly List<TargetOutcome> outcomes = [];
    private readonly Lock gate = new();
    private volatile bool isStopping;
    private (string Target, Exception Error)? cancelled;

    /// <returns>0 when every target succeeded, 1 when one failed, 130 when the run was cancelled.</returns>
    public async Task<int> RunAsync()
    {
        await using var output = new BuildOutput(new SecretMask(build.Values.Secrets()), verbosity, plan.Targets.Count > 1);
        var before = Order.Before(plan.Targets.ToHashSet());
        foreach (var target in plan.Targets)
            runs[target] = AfterAsync(target, [.. before[target].Select(t => runs[t])], output);
        await Task.WhenAll(runs.Values);
        var code = outcomes.Exists(o => o.State == TargetState.Failed) ? Failed : cancelled is null ? 0 : Cancelled;
        if (code == Cancelled)
            output.Failure(cancelled!.Value.Target, cancelled.Value.Error);
        output.Summarize([.. plan.Targets.Select(t => outcomes.First(o => o.Target == t.Name)), .. plan.Skipped.Select(s => new TargetOutcome(s.Name, TargetState.Skipped, TimeSpan.Zero))]);
        return code;
    }

    private async Task<bool> AfterAsync(BuildTarget target, Task<bool>[] before, BuildOutput output)
    {
        var ready = (await Task.WhenAll(before)).All(succeeded => succeeded);
        // A failure beside it keeps everything that has not begun from beginning.
        return ready && !isStopping ? await Task.Run(() => RunAsync(target, output)) : Note(target, TargetState.NotRun, TimeSpan.Zero);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a target throws is how that target ended; its siblings still need their end.")]
    private async Task<bool> RunAsync(BuildTarget target, BuildOutput output)
    {
        using var scope = output.Begin(target.Name);
        var reported = ReportedSummary.Begin();
        var watch = Stopwatch.StartNew();
        try
        {
            foreach (var action in target.Actions)
                await action();
            return Note(target, TargetState.Succeeded, watch.Elapsed, reported);
        }
        catch (OperationCanceledException e)
        {
            // The target that failed says why, perhaps long after it stopped its siblings: being stopped is an error only when none failed.
            isStopping = true;
            cancelled ??= (target.Name, e);
            return Note(target, TargetState.Cancelled, watch.Elapsed, reported);
        }
        catch (Exception e)
        {
            isStopping = true;
            output.Failure(target.Name, e);
            return Note(target, TargetState.Failed, watch.Elapsed, reported);
        }
    }

    private bool Note(BuildTarget target, TargetState state, TimeSpan took, IReadOnlyDictionary<string, string>? reported = null)
    {
        lock (gate)
            outcomes.Add(new TargetOutcome(target.Name, state, took, string.Join(", ", (reported ?? new Dictionary<string, string>()).Select(p => $"{p.Key}: {p.Value}"))));
        return state == TargetState.Succeeded;
    }
}

/// <summary>How a target ended.</summary>
/// <param name="Target">Its name.</param>
/// <param name="State">How.</param>
/// <param name="Took">How long it ran.</param>
/// <param name="Summary">What it reported; empty when nothing.</param>
internal sealed record TargetOutcome(string Target, TargetState State, TimeSpan Took, string Summary = "");

/// <summary>The ways in which a target ends.</summary>
internal enum TargetState
{
    Succeeded,
    Failed,
    Cancelled,
    NotRun,
    Skipped,
}
