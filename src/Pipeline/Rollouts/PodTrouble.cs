using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Incidents;

namespace Pipeline.Rollouts;

/// <summary>Why a pod, or a container of it, does not serve.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Node">Where it is; null while it is not scheduled.</param>
/// <param name="Container">The container; null when it is the pod itself.</param>
/// <param name="Rule">What it means for a rollout.</param>
/// <param name="Reason">The cluster's own word, as in <c>CrashLoopBackOff</c>.</param>
/// <param name="Message">The cluster's own sentence.</param>
/// <param name="ExitCode">Of the last run, where there was one.</param>
/// <param name="Grace">How long it may last before it is a verdict.</param>
internal sealed record PodTrouble(string Pod, string? Node, string? Container, VerdictRule Rule, string Reason, string? Message, long? ExitCode, TimeSpan Grace)
{
    /// <summary>What is wrong with a pod, the worst first; nothing when it starts or runs as it should.</summary>
    /// <param name="pod">The pod as it is.</param>
    /// <param name="signs">What events say about it; nothing when none are given.</param>
    /// <param name="before">Its containers' restarts before the rollout, which prove nothing; zero when none are given.</param>
    public static IEnumerable<PodTrouble> In(JsonObject pod, PodSigns? signs = null, Func<string, long>? before = null)
    {
        var said = signs ?? PodSigns.None;
        if (IsReplaced(pod))
            return [Of(pod, null, VerdictRules.Evicted, pod.Text("status", "reason") ?? "Failed", pod.Text("status", "message"))];
        return OfContainers(pod, said, before ?? (_ => 0)).Concat(OfPod(pod, said)).Concat(OfProbes(pod)).OrderByDescending(t => t.Rule.Level).ThenBy(t => t.Grace);
    }

    /// <summary>The status of every container, those of init containers first.</summary>
    public static IEnumerable<JsonObject> Statuses(JsonObject pod) => pod.Items("status", "initContainerStatuses").Concat(pod.Items("status", "containerStatuses"));

    /// <summary>True when the pod is over, evicted for instance, and its ReplicaSet makes another one.</summary>
    public static bool IsReplaced(JsonObject pod) => pod.Text("status", "phase") == "Failed" && pod.Text("spec", "restartPolicy") is null or "Always";

    private static IEnumerable<PodTrouble> OfContainers(JsonObject pod, PodSigns signs, Func<string, long> before)
    {
        var init = pod.Items("status", "initContainerStatuses").ToHashSet();
        var containers = PodTemplate.ContainersOf(pod.At("spec")).ToList();
        foreach (var status in Statuses(pod))
        {
            var name = status.Text("name") ?? "";
            var container = containers.Find(c => c.Text("name") == name);
            if (ContainerTrouble.Of(status, status.Number("restartCount") - before(name), signs, container, init.Contains(status) && !PodTemplate.IsSidecar(container)) is not var (rule, reason, message))
                continue;
            var ended = status.At("state", "terminated") ?? status.At("lastState", "terminated");
            yield return Of(pod, name, rule, reason, message) with { ExitCode = ended is null ? null : ended.Number("exitCode") };
        }
    }

    private static IEnumerable<PodTrouble> OfPod(JsonObject pod, PodSigns signs)
    {
        if (pod.Condition("PodScheduled") is { } scheduled && scheduled.Text("reason") == "Unschedulable")
            yield return Of(pod, null, Scheduling(signs), "Unschedulable", scheduled.Text("message"));
        if (pod.Text("status", "reason") == "NodeLost" || (signs.Last("NodeNotReady") is not null && pod.Condition("Ready").Text("status") is "False" or "Unknown" && pod.Text("spec", "nodeName") is not null))
            yield return Of(pod, null, VerdictRules.NodeLost, "NodeLost", pod.Text("status", "message"));
        if (Statuses(pod).Any(s => s.At("state", "running") is not null || s.At("state", "terminated") is not null || s.At("lastState", "terminated") is not null))
            yield break;
        foreach (var rule in (VerdictRule[])[VerdictRules.FailedMount, VerdictRules.FailedAttachVolume, VerdictRules.FailedCreatePodSandBox])
            if (signs.Last(rule.Condition) is { } said && !signs.IsPrepared(rule.Condition) && Statuses(pod).All(s => s.Text("state", "waiting", "reason") is "ContainerCreating" or "PodInitializing"))
                yield return Of(pod, null, rule, rule.Condition, said.Text("message"));
    }

    private static VerdictRule Scheduling(PodSigns signs) => (signs.Last("TriggeredScaleUp") ?? signs.Last("Nominated"), signs.Last("NotTriggerScaleUp")) switch
    {
        (not null, _) when !signs.IsNewer("NotTriggerScaleUp", "TriggeredScaleUp") => VerdictRules.AwaitingNode,
        (_, not null) => VerdictRules.NoNodeWouldFit,
        _ => VerdictRules.Unschedulable,
    };

    private static IEnumerable<PodTrouble> OfProbes(JsonObject pod)
    {
        foreach (var status in Statuses(pod))
        {
            var container = PodTemplate.ContainersOf(pod.At("spec")).FirstOrDefault(c => c.Text("name") == status.Text("name"));
            if (container.At("readinessProbe") is null || status.At("state", "running") is null || status.Text("ready") == "true" || status.Text("started") == "false")
                continue;
            var rule = VerdictRules.ReadinessFailing;
            var budget = ProbeBudget.Of(container);
            yield return Of(pod, status.Text("name"), rule, "not ready", $"its probes allow {budget.TotalSeconds:0} s") with { Grace = rule.Grace + budget };
        }
    }

    private static PodTrouble Of(JsonObject pod, string? container, VerdictRule rule, string reason, string? message) =>
        new(pod.Name(), pod.Text("spec", "nodeName"), container, rule, reason, message, null, rule.Grace);

    /// <inheritdoc />
    public override string ToString() =>
        $"Pod/{Pod} on {(Node is null ? "no node" : $"node {Node}")}{(Container is null ? "" : $", container '{Container}'")}: {Reason}{(ExitCode is { } code ? $", {ContainerExit.Of(code)}" : "")}{(string.IsNullOrWhiteSpace(Message) ? "" : $" ({EvidenceMask.Without(Message.Trim())})")}";
}
