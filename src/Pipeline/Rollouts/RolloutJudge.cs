using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Decides as early as it is certain whether a rollout failed. The rules stand in <see cref="VerdictRules"/>.</summary>
/// <param name="applied">The Deployment as the cluster stored it.</param>
/// <param name="time">The clock.</param>
internal sealed class RolloutJudge(JsonObject applied, TimeProvider time)
{
    // One pod of several may be unlucky with its node for this long before it decides.
    private static readonly TimeSpan SinglePod = TimeSpan.FromMinutes(2);
    // Without a readiness probe a program serves, as far as the cluster knows, from its start to the moment of its end.
    private static readonly TimeSpan ProofByRunning = TimeSpan.FromSeconds(10);
    // What a kubelet takes beyond a pod's own grace to say that it is gone; one that is gone itself never does.
    private static readonly TimeSpan Funeral = TimeSpan.FromSeconds(30);
    private readonly TroubleClocks clocks = new(time);
    private bool isRoomComing;
    private bool isDraining;

    /// <summary>Looks at what is known now.</summary>
    public RolloutLook Look(RolloutView view)
    {
        clocks.Begin();
        // Of every one, not of any: a clock that is not looked at is over.
        isDraining = view.Ending.Select(IsDraining).ToList().Contains(true);
        var unproven = Unproven(view);
        var isDone = view.IsDone && unproven is null;
        var ofPods = OfPods(view);
        var others = OfOthers(view, isDone).Concat(view.IsDone ? [] : OfCreation(view).Concat(OfDeadline(view))).ToList();
        clocks.End();
        var failure = others.Where(f => f.IsCertain).MaxBy(f => f.Rule.Level) ?? (isDone ? null : Deciding(ofPods, view));
        RolloutFinding[] all = [.. others, .. ofPods.Select(p => p.Finding).OfType<RolloutFinding>()];
        return new RolloutLook(isDone && failure is null, failure, all, failure is null && !isDone ? NextChange(all, unproven) : null);
    }

    // How long until the last pod whose readiness proves nothing has run for long enough; null when every pod has.
    private TimeSpan? Unproven(RolloutView view) => view.NewPods
        .Where(p => view.RestartsOf(p) > 0 || (view.IsNew(p) && IsReadyByRunning(p)))
        .Select(p => (TimeSpan?)(ProofByRunning - clocks.Lasts($"{p.Name()} after {view.RestartsOf(p)} restarts"))).Where(left => left > TimeSpan.Zero).Max();

    private static bool IsReadyByRunning(JsonObject pod) =>
        pod.Items("status", "containerStatuses").Any(s => s.At("state", "running") is not null) && !pod.Items("spec", "containers").Any(c => c["readinessProbe"] is not null);

    private IEnumerable<RolloutFinding> OfOthers(RolloutView view, bool isDone)
    {
        if (view.IsDeleted)
            yield return Found(VerdictRules.Deleted, "somebody deleted it while it was rolled out");
        if (view.Deployment is not { } now)
            yield break;
        if (OtherHands.Superseding(applied, now) is { } sentence)
            yield return Found(VerdictRules.Superseded, sentence);
        else if (now.Number("metadata", "generation") > applied.Number("metadata", "generation"))
            yield return Found(VerdictRules.Changed, OtherHands.Changing(applied, now));
        if (now.Text("spec", "paused") == "true" && !isDone)
            yield return Found(VerdictRules.Paused, applied.Text("spec", "paused") == "true" ? "its manifest says 'paused: true'" : $"{OtherHands.Who(now, applied)} paused it while it was rolled out");
    }

    private List<(JsonObject Pod, RolloutFinding? Finding)> OfPods(RolloutView view) =>
        [.. view.NewPods.Select(p => (p, view.TroublesOf(p).Select(t => Found(t, view)).OrderByDescending(f => f.IsCertain).ThenByDescending(f => f.Rule.Level).FirstOrDefault()))];

    // A pod that runs well speaks for the template: another one's trouble may then be its node's, and gets time.
    private static RolloutFinding? Deciding(List<(JsonObject Pod, RolloutFinding? Finding)> pods, RolloutView view)
    {
        var standing = pods.Where(p => !PodTrouble.IsReplaced(p.Pod)).ToList();
        var certain = standing.Select(p => p.Finding).OfType<RolloutFinding>().Where(f => f.IsCertain).OrderByDescending(f => f.Rule.Level).ToList();
        if (certain.Count == 0)
            return null;
        var speaksForAll = standing.Exists(p => view.RestartsOf(p.Pod) == 0 && RunsWell(p.Pod, p.Finding)) ? null : certain.Find(f => f.Rule.Level == VerdictLevel.Terminal || f.Rule.IsOfTemplate);
        return speaksForAll ?? (certain.Count == standing.Count ? certain[0] : certain.Find(f => f.Lasts >= SinglePod));
    }

    private static bool RunsWell(JsonObject pod, RolloutFinding? finding) =>
        (finding is null || (finding.Rule == VerdictRules.ReadinessFailing && !finding.IsCertain))
        && (RolloutView.IsReady(pod) || (PodTrouble.Statuses(pod).Any() && pod.Items("status", "containerStatuses").All(s => s.At("state", "running") is not null)));

    private IEnumerable<RolloutFinding> OfCreation(RolloutView view)
    {
        if (CreationTrouble.OfSet(view, applied) is var (ofSet, why))
            yield return Found(ofSet, $"Deployment/{view.Deployment!.Name()} cannot create its ReplicaSet: {why}");
        var trouble = CreationTrouble.In(view, isRoomComing);
        isRoomComing = trouble?.Rule == VerdictRules.QuotaAwaited;
        if (trouble is not var (rule, message))
            yield break;
        var finding = Found(rule, $"ReplicaSet/{view.NewReplicaSet!.Name()} cannot create pods: {message}");
        // How long a pod may take to serve is that pod's matter.
        yield return rule == VerdictRules.QuotaAwaited && view.IsStarting ? Restarted(finding) : finding;
    }

    private IEnumerable<RolloutFinding> OfDeadline(RolloutView view)
    {
        if (view.NewReplicaSet is null || view.Deployment?.Condition("Progressing") is not { } progressing || progressing.Text("reason") != "ProgressDeadlineExceeded")
            yield break;
        // On the way back to an older ReplicaSet, the verdict on the one before stands for a moment.
        var isOld = applied.Condition("Progressing") is { } before && before.Text("reason") == "ProgressDeadlineExceeded"
            && before.Text("lastUpdateTime") == progressing.Text("lastUpdateTime");
        yield return Found(isOld ? VerdictRules.OldDeadline : VerdictRules.ProgressDeadlineExceeded, $"it made no progress within its progressDeadlineSeconds: {progressing.Text("message")}");
    }

    private RolloutFinding Found(VerdictRule rule, string sentence) => new(rule, rule.Clock, sentence, clocks.Lasts(rule.Clock), rule.Grace);

    private RolloutFinding Restarted(RolloutFinding finding)
    {
        clocks.Restart(finding.Subject);
        return finding with { Lasts = TimeSpan.Zero };
    }

    private RolloutFinding Found(PodTrouble trouble, RolloutView view)
    {
        var subject = $"{trouble.Pod}/{trouble.Container}/{trouble.Rule.Clock}";
        // An old pod that still drains will make room.
        var lasts = trouble.Rule.IsOfRoom && isDraining ? TimeSpan.Zero : clocks.Lasts(subject);
        return new RolloutFinding(trouble.Rule, subject, trouble.ToString(), lasts, trouble.Grace);
    }

    private bool IsDraining(JsonObject pod) => clocks.Lasts($"{pod.Name()} ends")
        < Funeral + TimeSpan.FromSeconds(pod.Text("metadata", "deletionGracePeriodSeconds") is null ? 30 : pod.Number("metadata", "deletionGracePeriodSeconds"));

    private static TimeSpan? NextChange(RolloutFinding[] findings, TimeSpan? unproven)
    {
        var ahead = findings.Where(f => f.Rule.Level != VerdictLevel.Told).SelectMany(f => (TimeSpan[])[f.Grace - f.Lasts, SinglePod - f.Lasts])
            .Where(t => t > TimeSpan.Zero).Append(unproven ?? TimeSpan.MaxValue).Min();
        return ahead == TimeSpan.MaxValue ? null : ahead;
    }
}
