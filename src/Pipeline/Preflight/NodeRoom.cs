using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Preflight;

/// <summary>What the scheduler would find free. Node selectors, required node affinity and taints count; affinity to pods and spreading over topologies do not.</summary>
internal static class NodeRoom
{
    /// <summary>True when the scheduler may put pods there.</summary>
    public static bool IsUsable(JsonObject node) => node.Condition("Ready").Text("status") == "True" && node.Text("spec", "unschedulable") != "true";

    /// <summary>The nodes' allocatable amounts without those of the pods that run there.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="pods">The pods that stay.</param>
    public static Room Of(IEnumerable<JsonObject> nodes, IEnumerable<JsonObject> pods)
    {
        var byNode = pods.Where(p => p.Text("status", "phase") is not ("Succeeded" or "Failed")).ToLookup(p => p.Text("spec", "nodeName"));
        return new Room([.. nodes.Where(IsUsable).Select(n => new Place(Free(n, byNode[n.Name()]), p => Takes(n, p), PodAmounts.Asked))]);
    }

    /// <summary>True when a pod's node selector, node affinity and tolerations let it run there.</summary>
    public static bool Takes(JsonObject node, JsonObject pod) =>
        (pod.At("nodeSelector") ?? []).All(s => node.At("metadata", "labels").Text(s.Key) == s.Value?.ToString())
        && NodeAffinity.Admits(pod, node)
        && node.Items("spec", "taints").Where(t => t.Text("effect") is "NoSchedule" or "NoExecute").All(t => pod.Items("tolerations").Any(o => Tolerates(o, t)));

    private static bool Tolerates(JsonObject toleration, JsonObject taint) =>
        (toleration.Text("effect") is null or "" || toleration.Text("effect") == taint.Text("effect"))
        && (toleration.Text("operator") == "Exists"
            ? toleration.Text("key") is null or "" || toleration.Text("key") == taint.Text("key")
            : toleration.Text("key") == taint.Text("key") && (toleration.Text("value") ?? "") == (taint.Text("value") ?? ""));

    private static Dictionary<string, decimal> Free(JsonObject node, IEnumerable<JsonObject> pods)
    {
        var there = pods.ToList();
        return (node.At("status", "allocatable") ?? []).ToDictionary(
            a => a.Key, a => PodAmounts.Quantity(a.Value?.ToString()) - there.Sum(p => PodAmounts.Of(p.At("spec"), a.Key)));
    }
}
