using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster.Selection;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>The metrics API: what pods and nodes use now.</summary>
internal sealed class Metrics(ClusterServerOptions options)
{
    public static readonly IReadOnlyList<ResourceKind> Kinds =
    [
        new("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", IsNamespaced: false),
        new("metrics.k8s.io", "v1beta1", "PodMetrics", "pods"),
    ];

    /// <summary>One object, or the list where the path names none.</summary>
    /// <exception cref="ApiException">NotFound.</exception>
    public JsonObject Answer(ResourceKind kind, ResourcePath path, string? labelSelector)
    {
        var source = kind.Kind == "PodMetrics" ? ResourceKind.Pods : ResourceKind.Nodes;
        if (path.Name.Length > 0)
            return (options.Store.Find(source, path.Namespace, path.Name) is { } one ? Of(kind, one) : null) ?? throw ApiException.NotFound(kind, path.Name);
        var selector = LabelSelector.Parse(labelSelector);
        var all = options.Store.List(source, path.Namespace.Length > 0 ? path.Namespace : null).Items.Where(selector.Matches).Select(o => Of(kind, o)).OfType<JsonObject>();
        return new JsonObject
        {
            ["kind"] = $"{kind.Kind}List",
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. all]),
        };
    }

    private JsonObject? Of(ResourceKind kind, StoredObject measured)
    {
        var answer = new JsonObject
        {
            ["kind"] = kind.Kind,
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = Metadata(measured),
            ["timestamp"] = options.Writer.Now(),
            ["window"] = "15s",
        };
        if (measured.Kind == ResourceKind.Nodes)
        {
            var pods = options.Store.List(ResourceKind.Pods).Items.Where(p => p.Content.Text("spec", "nodeName") == measured.Name);
            answer["usage"] = Amounts([.. pods.SelectMany(p => options.Usage(p) ?? [])]);
            return answer;
        }

        if (options.Usage(measured) is not { } usage)
            return null;
        answer["containers"] = new JsonArray([.. usage.Select(u => new JsonObject { ["name"] = u.Container, ["usage"] = Amounts([u]) })]);
        return answer;
    }

    private static JsonObject Metadata(StoredObject measured)
    {
        var metadata = new JsonObject { ["name"] = measured.Name, ["creationTimestamp"] = measured.Content.Text("metadata", "creationTimestamp") };
        if (measured.Namespace.Length > 0)
            metadata["namespace"] = measured.Namespace;
        if (measured.Content.At("metadata", "labels") is { } labels)
            metadata["labels"] = labels.DeepClone();
        return metadata;
    }

    private static JsonObject Amounts(IReadOnlyCollection<ContainerUsage> usage) =>
        new() { ["cpu"] = $"{usage.Sum(u => u.CpuNanocores)}n", ["memory"] = $"{usage.Sum(u => u.MemoryBytes) / 1024}Ki" };
}
