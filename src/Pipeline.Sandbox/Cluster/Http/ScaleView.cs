using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>A workload as its <c>scale</c> subresource shows it.</summary>
internal static class ScaleView
{
    public static JsonObject Of(StoredObject workload)
    {
        var metadata = new JsonObject();
        foreach (var field in (string[])["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
            metadata[field] = workload.Content.Text("metadata", field);
        var labels = workload.Content.At("spec", "selector", "matchLabels") ?? [];
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = workload.Content.Number("spec", "replicas") },
            ["status"] = new JsonObject { ["replicas"] = workload.Content.Number("status", "replicas"), ["selector"] = string.Join(",", labels.Select(l => $"{l.Key}={l.Value}")) },
        };
    }
}
