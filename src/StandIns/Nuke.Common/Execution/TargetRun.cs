using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Nuke.Common.Output;

namespace Nuke.Common.Execution;

/// <summary>Runs a plan: each target once all it waits for succeeded, those that do not wait for each other at once.</summary>
internal sealed class TargetRun(NukeBuild build, Plan plan, string verbosity)
{
    private readonly Dictionary<BuildTarget, Task<bool>> runs = [];
    private readonly List<TargetOutcome> outcomes = [];
    private readonly Lock gate = new();
    private volatile bool failed;

    /// <returns>True when every target succeeded.</returns>
    public async Task<bool> RunAsync()
    {
        await using var output = new BuildOutput(new SecretMask(build.Values.Secrets()), verbosity, plan.Targets.Count > 1);
        var before = Order.Before(plan.Targets.ToHashSet());
        foreach (var target in plan.Targets)
            runs[target] = AfterAsync(target, [.. before[target].Select(t => runs[t])], output);
        await Task.WhenAll(runs.Values);
        output.Summarize([.. plan.Targets.Select(t => outcomes.First(o => o.Target == t.Name)), .. plan.Skipped.Select(s => new TargetOutcome(s.Name, "Skipped", TimeSpan.Zero))]);
        return !failed;
    }

    private async Task<bool> AfterAsync(BuildTarget target, Task<bool>[] before, BuildOutput output)
    {
        var ready = (await Task.WhenAll(before)).All(succeeded => succeeded);
        // A failure beside it keeps everything that has not begun from beginning.
        return ready && !failed ? await Task.Run(() => RunAsync(target, output)) : Note(target, "NotRun", TimeSpan.Zero);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a target throws is how that target ended; its siblings still need their end.")]
    private async Task<bool> RunAsync(BuildTarget target, BuildOutput output)
    {
        using var scope = output.Begin(target.Name);
        var watch = Stopwatch.StartNew();
        try
        {
            foreach (var action in target.Actions)
                await action();
            return Note(target, "Succeeded", watch.Elapsed);
        }
        catch (Exception e)
        {
            failed = true;
            output.Failure(target.Name, e);
            return Note(target, "Failed", watch.Elapsed);
        }
    }

    private bool Note(BuildTarget target, string state, TimeSpan took)
    {
        lock (gate)
            outcomes.Add(new TargetOutcome(target.Name, state, took));
        return state == "Succeeded";
    }
}

/// <summary>How a target ended.</summary>
internal sealed record TargetOutcome(string Target, string State, TimeSpan Took);
