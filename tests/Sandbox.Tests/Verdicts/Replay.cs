using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Sandbox.Tests.Verdicts;

/// <summary>What came of a situation.</summary>
/// <param name="Outcome"><c>failed</c>, <c>done</c>, or <c>waiting</c> when nothing was decided in its time.</param>
/// <param name="At">When it was decided, after the Deployment was applied.</param>
/// <param name="Failure">What decided.</param>
/// <param name="FirstSight">When a condition that does not heal was first seen; null when none was.</param>
/// <param name="Told">Every condition that was told meanwhile.</param>
internal sealed record Verdict(string Outcome, TimeSpan At, RolloutFinding? Failure, TimeSpan? FirstSight, IReadOnlySet<string> Told)
{
    /// <summary>From the first sight of what decided to the verdict; for what is counted that is its grace.</summary>
    public TimeSpan? AfterFirstSight => Failure?.Rule.Level == VerdictLevel.Terminal ? At - FirstSight : Failure?.Lasts;
}

/// <summary>Plays a situation to the judge under a clock of its own.</summary>
internal static class Replay
{
    /// <summary>The verdict.</summary>
    public static Verdict Of(Situation situation)
    {
        var time = new FakeTimeProvider();
        var start = time.GetTimestamp();
        var before = situation.Changes.Where(c => c.At < TimeSpan.Zero).ToList();
        var view = new RolloutView(new PodBaseline(LastOf(before)));
        foreach (var change in before)
            view.See(change.Resource, change.Event);
        // Nobody looks before the Deployment is applied: until the watch tells of it, what it shows is the rollout before.
        var ahead = new Queue<Change>(situation.Changes.Except(before));
        var judge = new RolloutJudge(situation.Applied, time);
        var told = new HashSet<string>();
        TimeSpan? firstSight = null;
        while (true)
        {
            var look = IsApplied(view, situation) ? judge.Look(view) : new RolloutLook(IsDone: false, null, [], null);
            told.UnionWith(look.Findings.Select(f => f.Rule.Condition));
            var now = time.GetElapsedTime(start);
            firstSight = look.Findings.Any(f => f.Rule.Level == VerdictLevel.Terminal) ? firstSight ?? now : null;
            if (look.Failure is { } failure)
                return new Verdict("failed", now, failure, firstSight, told);
            if (look.IsDone)
                return new Verdict("done", now, null, null, told);
            var next = Earliest(ahead.TryPeek(out var first) ? first.At - now : null, look.LookAgainIn);
            if (next is null || now + next > situation.Length)
                return new Verdict("waiting", situation.Length, null, null, told);
            time.Advance(next.Value > TimeSpan.Zero ? next.Value : TimeSpan.Zero);
            while (ahead.TryPeek(out var due) && due.At <= time.GetElapsedTime(start))
                view.See(due.Resource, ahead.Dequeue().Event);
        }
    }

    private static bool IsApplied(RolloutView view, Situation situation) =>
        view.IsDeleted || view.Deployment.Number("metadata", "generation") >= situation.Applied.Number("metadata", "generation");

    private static IEnumerable<System.Text.Json.Nodes.JsonObject> LastOf(IEnumerable<Change> before) =>
        before.Where(c => c.Resource == Resource.Pods).SelectMany(c => c.Event.Objects).GroupBy(p => p.Name()).Select(g => g.Last());

    private static TimeSpan? Earliest(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;
}
