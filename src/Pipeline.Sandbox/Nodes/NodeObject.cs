using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Writes nodes as a kubelet registers them.</summary>
internal static class NodeObject
{
    private const string KubeletVersion = "v1.34.0";
    private const string UnreachableTaint = "node.kubernetes.io/unreachable";

    /// <summary>Adds the node, or brings it up to its options after a restart.</summary>
    public static void Register(ObjectWriter writer, ClusterStore store, NodeOptions options)
    {
        if (store.Find(ResourceKind.Nodes, null, options.Name) is null)
            writer.Create(ResourceKind.Nodes, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = options.Name }, ["spec"] = new JsonObject() });
        writer.Update(ResourceKind.Nodes, null, options.Name, node => Fill(node, options, writer.Now()));
    }

    /// <summary>Removes the nodes that are no longer there, and the pods that ran on them.</summary>
    public static void Forget(ObjectWriter writer, ClusterStore store, IEnumerable<NodeOptions> there)
    {
        var names = there.Select(n => n.Name).ToHashSet();
        foreach (var node in store.List(ResourceKind.Nodes).Items.Where(n => !names.Contains(n.Name)))
            writer.Remove(ResourceKind.Nodes, null, node.Name);
        foreach (var pod in store.List(ResourceKind.Pods).Items.Where(p => p.Content.Text("spec", "nodeName") is { } node && !names.Contains(node)))
            writer.Remove(ResourceKind.Pods, pod.Namespace, pod.Name);
    }

    /// <summary>The node no longer answers: what the control plane makes of it.</summary>
    public static void Lose(ObjectWriter writer, string name) => writer.Update(ResourceKind.Nodes, null, name, node =>
    {
        foreach (var type in (ReadOnlySpan<string>)["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"])
            Conditions.Set(node.At("status")!, Condition(type, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", writer.Now()), writer.Now());
        node.At("spec")!["taints"] = new JsonArray(
            new JsonObject { ["key"] = UnreachableTaint, ["effect"] = "NoSchedule", ["timeAdded"] = writer.Now() },
            new JsonObject { ["key"] = UnreachableTaint, ["effect"] = "NoExecute", ["timeAdded"] = writer.Now() });
    });

    private static void Fill(JsonObject node, NodeOptions options, string now)
    {
        var labels = new JsonObject { ["kubernetes.io/hostname"] = options.Name, ["kubernetes.io/os"] = "linux", ["kubernetes.io/arch"] = "amd64" };
        foreach (var (name, value) in options.Labels)
            labels[name] = value;
        node.At("metadata")!["labels"] = labels;
        var spec = node.At("spec") ?? (JsonObject)(node["spec"] = new JsonObject());
        spec["podCIDR"] = "10.244.0.0/16";
        spec.Remove("taints");
        if (options.Taints.Count > 0)
            spec["taints"] = new JsonArray([.. options.Taints.Select(Taint)]);
        node["status"] = Status(node.At("status"), options, now);
    }

    private static JsonObject Status(JsonObject? before, NodeOptions options, string now)
    {
        var status = before?.DeepClone() as JsonObject ?? [];
        foreach (var field in (ReadOnlySpan<string>)["capacity", "allocatable"])
            status[field] = new JsonObject { ["cpu"] = options.Cpu, ["memory"] = options.Memory, ["pods"] = $"{options.Pods}", ["ephemeral-storage"] = "100Gi" };
        Conditions.Set(status, Condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available", now), now);
        Conditions.Set(status, Condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", now), now);
        Conditions.Set(status, Condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available", now), now);
        Conditions.Set(status, Condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", now), now);
        status["addresses"] = new JsonArray(
            new JsonObject { ["type"] = "InternalIP", ["address"] = "127.0.0.1" },
            new JsonObject { ["type"] = "Hostname", ["address"] = options.Name });
        status["nodeInfo"] = new JsonObject
        {
            ["architecture"] = "amd64",
            ["operatingSystem"] = "linux",
            ["osImage"] = "Pipeline sandbox",
            ["kernelVersion"] = "0.0.0-sandbox",
            ["containerRuntimeVersion"] = "sandbox://1.0.0",
            ["kubeletVersion"] = KubeletVersion,
            ["kubeProxyVersion"] = KubeletVersion,
            ["machineID"] = options.Name,
            ["systemUUID"] = options.Name,
            ["bootID"] = options.Name,
        };
        return status;
    }

    private static JsonObject Condition(string type, string status, string reason, string message, string now) =>
        new() { ["type"] = type, ["status"] = status, ["lastHeartbeatTime"] = now, ["reason"] = reason, ["message"] = message };

    // key=value:NoSchedule
    private static JsonObject Taint(string text)
    {
        var (pair, effect) = text.Split(':', 2) is [var left, var right] ? (left, right) : (text, "NoSchedule");
        return pair.Split('=', 2) is [var key, var value]
            ? new JsonObject { ["key"] = key, ["value"] = value, ["effect"] = effect }
            : new JsonObject { ["key"] = pair, ["effect"] = effect };
    }
}
