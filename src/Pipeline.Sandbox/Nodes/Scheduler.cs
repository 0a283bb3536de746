using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Gives pods to nodes that have room for what they request.</summary>
internal sealed class Scheduler(ClusterStore store, ObjectWriter writer, TimeProvider time, PodFaults faults) : Controller(store, time)
{
    private const int NodeArrivesAfter = 20;
    private readonly EventRecorder events = new(writer, "default-scheduler");
    private readonly ConcurrentDictionary<string, PodRequests> requests = [];

    protected override IEnumerable<ResourceKind> Watched => [ResourceKind.Pods, ResourceKind.Nodes];

    protected override IEnumerable<ObjectKey> KeysOf(StoreChange change)
    {
        if (change.Object.Kind == ResourceKind.Pods && change.Type == ChangeType.Added)
            return IsWaiting(change.Object) ? [ObjectKey.Of(change.Object)] : [];
        // Room may have become free.
        var isOver = change.Type == ChangeType.Deleted || (change.Object.Content.HasEnded() && change.Before?.Content.HasEnded() == false);
        if (change.Object.Kind == ResourceKind.Pods && !isOver)
            return [];
        if (change.Object.Kind == ResourceKind.Pods)
            requests.TryRemove(change.Object.Uid(), out _);
        return Store.List(ResourceKind.Pods).Items.Where(IsWaiting).Select(ObjectKey.Of);
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Find(key.Kind, key.Namespace, key.Name) is not { } pod || !IsWaiting(pod))
            return null;
        var nodes = Fits();
        if (Refused(pod, nodes.Count) is { } refusal)
            return Unschedulable(pod, refusal.Message, refusal.Again);
        var needs = RequestsOf(pod);
        var judged = nodes.Select(n => (Fit: n, Against: n.Against(pod.Content, needs))).ToList();
        var fitting = judged.Where(j => j.Against.Count == 0).Select(j => j.Fit).OrderByDescending(f => f.Cpu - needs.Cpu).ThenBy(f => f.Node.Name(), StringComparer.Ordinal).FirstOrDefault();
        if (fitting is null)
            return Unschedulable(pod, Message(judged.Count, judged.SelectMany(j => j.Against)), null);
        Bind(pod, fitting.Node.Name());
        return null;
    }

    // Pods may name another scheduler, and then wait for it.
    private static bool IsWaiting(StoredObject pod) => pod.Content.Text("spec", "schedulerName") is null or "default-scheduler"
        && pod.Content.Text("spec", "nodeName") is null && !pod.IsDeleting() && !pod.Content.HasEnded();

    private (string Message, TimeSpan? Again)? Refused(StoredObject pod, int nodes)
    {
        if (faults.Find(pod, "unschedulable") is not null)
            return (Message(nodes, Enumerable.Repeat("Insufficient cpu", nodes)), TimeSpan.FromSeconds(1));
        return faults.Lasts(pod, "node-arrives", NodeArrivesAfter) ? (Message(nodes, Enumerable.Repeat("Insufficient cpu", nodes)), TimeSpan.FromSeconds(1)) : null;
    }

    private static string Message(int nodes, IEnumerable<string> reasons) => nodes == 0
        ? "no nodes available to schedule pods"
        : $"0/{nodes} nodes are available: {string.Join(", ", reasons.GroupBy(r => r).Select(g => $"{g.Count()} {g.Key}").Order(StringComparer.Ordinal))}.";

    private TimeSpan? Unschedulable(StoredObject pod, string message, TimeSpan? again)
    {
        if (pod.Content.Condition("PodScheduled").Text("message") == message)
            return again;
        writer.Update(pod.Kind, pod.Namespace, pod.Name, content => Conditions.Set(StatusOf(content),
            new JsonObject { ["type"] = "PodScheduled", ["status"] = "False", ["reason"] = "Unschedulable", ["message"] = message }, writer.Now()));
        events.Warning(pod, "FailedScheduling", message);
        return again;
    }

    private void Bind(StoredObject pod, string node)
    {
        writer.Update(pod.Kind, pod.Namespace, pod.Name, content =>
        {
            content.At("spec")!["nodeName"] = node;
            Conditions.Set(StatusOf(content), new JsonObject { ["type"] = "PodScheduled", ["status"] = "True" }, writer.Now());
        });
        events.Normal(pod, "Scheduled", $"Successfully assigned {pod.Namespace}/{pod.Name} to {node}");
    }

    private List<NodeFit> Fits()
    {
        var taken = Store.List(ResourceKind.Pods).Items.Where(p => p.Content.Text("spec", "nodeName") is not null && !p.Content.HasEnded())
            .GroupBy(p => p.Content.Text("spec", "nodeName")!).ToDictionary(g => g.Key, g => g.Select(RequestsOf).ToList());
        return [.. Store.List(ResourceKind.Nodes).Items.Select(n => Fit(n.Content, taken.GetValueOrDefault(n.Name) ?? []))];
    }

    private static NodeFit Fit(JsonObject node, List<PodRequests> taken) => new(
        node,
        Quantity.Parse(node.Text("status", "allocatable", "cpu")) - taken.Sum(t => t.Cpu),
        Quantity.Parse(node.Text("status", "allocatable", "memory")) - taken.Sum(t => t.Memory),
        (long)Quantity.Parse(node.Text("status", "allocatable", "pods")) - taken.Count);

    private PodRequests RequestsOf(StoredObject pod) => requests.GetOrAdd(pod.Uid(), _ => PodRequests.Of(pod.Content));

    private static JsonObject StatusOf(JsonObject content) => content.At("status") ?? (JsonObject)(content["status"] = new JsonObject { ["phase"] = "Pending" });
}
