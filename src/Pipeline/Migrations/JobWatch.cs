using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Rollouts;
using Serilog;

namespace Pipeline.Migrations;

/// <summary>Watches a Job to its end and hands on what it prints. While nothing happens it asks the cluster nothing.</summary>
/// <param name="cluster">Where it runs.</param>
/// <param name="log">The step's log.</param>
/// <param name="time">The clock.</param>
internal sealed class JobWatch(ClusterConnection cluster, ILogger log, TimeProvider time)
{
    // The log of a container that has ended is on its node; this is for a node that is busy or out of reach.
    private static readonly TimeSpan LogLimit = TimeSpan.FromMinutes(5);

    /// <summary>Returns once the Job has ended, will never start, or the time is over.</summary>
    /// <param name="job">The Job as the cluster stored it.</param>
    /// <param name="container">The container whose log is followed.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="line">Takes each line as it is printed.</param>
    /// <param name="cancellation">Ends the watching; the Job itself goes on.</param>
    /// <exception cref="FailureException">Somebody deleted the Job, or it cannot be watched.</exception>
    public async Task<JobEnd> FinishAsync(JsonObject job, string container, TimeSpan timeout, Action<string> line, CancellationToken cancellation)
    {
        var view = new JobView(job, container);
        await using var lines = new JobLog(cluster, log, time, container, line);
        await using var changes = new MergedWatch(cluster, log, time, Sources(job.Name()), cancellation);
        var end = await JudgeAsync(view, lines, changes, timeout, cancellation);
        lines.See(view);
        // What a deadline ends may print for as long as its grace; the failure shows the last lines anyway.
        if (end.Outcome is JobOutcome.Complete or JobOutcome.Failed && view.Container.At("state", "running") is null)
            await lines.EndAsync(LogLimit, cancellation);
        return end with { LastLines = lines.Last };
    }

    private static IEnumerable<(Resource Resource, string Selector)> Sources(string name) =>
    [
        (Resource.Jobs, $"fieldSelector={Uri.EscapeDataString($"metadata.name={name}")}"),
        (Resource.Pods, $"labelSelector={Uri.EscapeDataString($"job-name={name}")}"),
        (Resource.Events, MergedWatch.AboutPods),
        (Resource.Events, $"fieldSelector={Uri.EscapeDataString($"involvedObject.kind=Job,involvedObject.name={name}")}"),
    ];

    private async Task<JobEnd> JudgeAsync(JobView view, JobLog lines, MergedWatch changes, TimeSpan timeout, CancellationToken cancellation)
    {
        var judge = new JobJudge(time);
        var news = new FindingNews(log, $"Job/{view.Job.Name()}", time);
        var started = time.GetTimestamp();
        TimeSpan? lookAgainIn = null;
        while (true)
        {
            var left = timeout - time.GetElapsedTime(started);
            await changes.AwaitAsync(lookAgainIn < left ? lookAgainIn.Value : left, cancellation);
            while (changes.TryRead(out var seen))
                view.See(seen.Resource, seen.Event);
            lines.See(view);
            var look = judge.Look(view);
            lookAgainIn = look.LookAgainIn;
            news.Tell(look.Findings);
            if (view.IsGone)
                throw new FailureException($"Job/{view.Job.Name()} was deleted by somebody while it ran.");
            if (await EndAsync(view, look, judge, cancellation) is { } end)
                return end;
            if (time.GetElapsedTime(started) >= timeout)
                return new JobEnd(JobOutcome.StillRuns, view, null);
        }
    }

    // Watches of two kinds do not keep step. What is known of the pods must not be older than the Job's end, and a pod that has begun
    // meanwhile must not be taken for one that never will.
    private async Task<JobEnd?> EndAsync(JobView view, RolloutLook look, JobJudge judge, CancellationToken cancellation)
    {
        if (!look.IsDone && look.Failure is null && !JobJudge.IsTrue(view.Job, "Failed"))
            return null;
        var pods = await cluster.ListAsync(Resource.Pods, $"job-name={view.Job.Name()}", cancellation);
        view.See(Resource.Pods, new WatchEvent(IsWhole: true, IsDeletion: false, pods));
        if (look.IsDone)
            return new JobEnd(JobOutcome.Complete, view, null);
        if (look.Failure is null)
            return new JobEnd(JobOutcome.Failed, view, null);
        return judge.Look(view).Failure is { } trouble ? new JobEnd(JobOutcome.CannotStart, view, trouble) : null;
    }
}

/// <summary>How a Job's watch ended.</summary>
/// <param name="Outcome">How.</param>
/// <param name="View">What is known of it.</param>
/// <param name="Trouble">Why it cannot start; null otherwise.</param>
internal sealed record JobEnd(JobOutcome Outcome, JobView View, RolloutFinding? Trouble)
{
    /// <summary>The last lines of its log that were handed on.</summary>
    public IReadOnlyList<string> LastLines { get; init; } = [];
}

/// <summary>What became of a Job.</summary>
internal enum JobOutcome
{
    /// <summary>It did its work.</summary>
    Complete,

    /// <summary>It gave up.</summary>
    Failed,

    /// <summary>Its pod will never start.</summary>
    CannotStart,

    /// <summary>The time is over, and it goes on.</summary>
    StillRuns,
}
