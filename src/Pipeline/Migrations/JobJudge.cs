using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Migrations;

/// <summary>
/// Decides that a Job's pod will never start, by the rules of <see cref="VerdictRules"/>. What becomes of a run is the Job's own to say: by
/// its back-off limit, its deadline and how its container ends.
/// </summary>
internal sealed class JobJudge(TimeProvider time)
{
    private readonly TroubleClocks clocks = new(time);

    /// <summary>Looks at what is known now.</summary>
    public RolloutLook Look(JobView view)
    {
        var isDone = IsTrue(view.Job, "Complete");
        clocks.Begin();
        RolloutFinding[] all = isDone || IsTrue(view.Job, "Failed") ? [] : [.. OfPod(view), .. OfCreation(view)];
        clocks.End();
        var failure = all.Where(f => f.IsCertain).MaxBy(f => f.Rule.Level);
        return new RolloutLook(isDone, failure, all, failure is null ? NextChange(all) : null);
    }

    /// <summary>True when the Job has a condition of this type.</summary>
    public static bool IsTrue(JsonObject job, string condition) => job.Condition(condition).Text("status") == "True";

    /// <summary>True when the container's program was begun in this state; an engine that cannot start it calls that an end too.</summary>
    public static bool IsRun(JsonObject? state) =>
        state.At("running") is not null || (state.At("terminated") is { } ended && ended.Text("reason") is not ("ContainerCannotRun" or "StartError"));

    private IEnumerable<RolloutFinding> OfPod(JobView view)
    {
        if (view.StandingPod is not { } pod)
            yield break;
        foreach (var trouble in view.TroublesOf(pod).Where(t => t.Rule != VerdictRules.Restarted && !IsRunning(pod, t.Container)))
        {
            var subject = $"{trouble.Pod}/{trouble.Container}/{trouble.Rule.Clock}";
            yield return new RolloutFinding(trouble.Rule, subject, trouble.ToString(), clocks.Lasts(subject), trouble.Grace);
        }
    }

    // Whatever befalls a pod in which something runs, its node lost for instance: the run may go on there.
    private static bool IsRunning(JsonObject pod, string? container) =>
        PodTrouble.Statuses(pod).Any(s => (container is null || s.Text("name") == container) && IsRun(s.At("state")));

    // A Job keeps no condition for it, only events. Whoever fills the quota may end.
    private IEnumerable<RolloutFinding> OfCreation(JobView view)
    {
        if (view.Refusal is not { } message)
            yield break;
        var rule = CreationTrouble.RuleOf(message, mayFindRoom: true);
        yield return new RolloutFinding(rule, rule.Clock, $"its pod cannot be created: {message}", clocks.Lasts(rule.Clock), rule.Grace);
    }

    private static TimeSpan? NextChange(RolloutFinding[] findings) => findings.Where(f => f.Rule.Level == VerdictLevel.Counted)
        .Select(f => (TimeSpan?)(f.Grace - f.Lasts)).Where(left => left > TimeSpan.Zero).Min();
}
