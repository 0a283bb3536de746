using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Says why a pod does not go to a node, in the words of the real scheduler.</summary>
/// <param name="Node">The node.</param>
/// <param name="Cpu">Processors that are free.</param>
/// <param name="Memory">Bytes that are free.</param>
/// <param name="Pods">Places that are free.</param>
internal sealed record NodeFit(JsonObject Node, decimal Cpu, decimal Memory, long Pods)
{
    /// <summary>The reasons against it; none when it fits.</summary>
    public IReadOnlyList<string> Against(JsonObject pod, PodRequests requests)
    {
        if (pod.Text("spec", "nodeName") is null && Node.Text("spec", "unschedulable") == "true")
            return ["node(s) were unschedulable"];
        if (Node.Items("spec", "taints").FirstOrDefault(t => t.Text("effect") != "PreferNoSchedule" && !pod.Items("spec", "tolerations").Any(o => Tolerates(o, t))) is { } taint)
            return [$"node(s) had taint {{{taint.Text("key")}: {taint.Text("value")}}}, that the pod didn't tolerate"];
        if (!Selector.HasAll(Node.At("metadata", "labels"), pod.At("spec", "nodeSelector")) || !HasAffinity(pod))
            return ["node(s) didn't match Pod's node affinity"];
        List<string> reasons = [];
        if (Pods < 1)
            reasons.Add("Too many pods");
        if (requests.Cpu > Cpu)
            reasons.Add("Insufficient cpu");
        if (requests.Memory > Memory)
            reasons.Add("Insufficient memory");
        return reasons;
    }

    private bool HasAffinity(JsonObject pod)
    {
        var terms = pod.At("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution").Items("nodeSelectorTerms").ToList();
        return terms.Count == 0 || terms.Exists(t => Selector.Matches(new JsonObject { ["matchExpressions"] = t["matchExpressions"]?.DeepClone() }, Node));
    }

    private static bool Tolerates(JsonObject toleration, JsonObject taint) =>
        (toleration.Text("effect") is null or "" || toleration.Text("effect") == taint.Text("effect"))
        && (toleration.Text("key") is null or "" || toleration.Text("key") == taint.Text("key"))
        && (toleration.Text("operator") == "Exists" || (toleration.Text("value") ?? "") == (taint.Text("value") ?? ""));
}
