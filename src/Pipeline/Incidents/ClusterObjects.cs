using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;

namespace Pipeline.Incidents;

/// <summary>The objects of the namespace, and of the cluster where the user may see them, as they are now.</summary>
internal sealed class ClusterObjects(ClusterConnection cluster, Evidence evidence)
{
    public static readonly Resource Nodes = new("v1", "Node", "nodes", IsNamespaced: false);
    public static readonly Resource Quotas = new("v1", "ResourceQuota", "resourcequotas");
    public static readonly Resource PodMetrics = new("metrics.k8s.io/v1beta1", "PodMetrics", "pods");
    public static readonly Resource NodeMetrics = new("metrics.k8s.io/v1beta1", "NodeMetrics", "nodes", IsNamespaced: false);

    /// <summary>What makes pods otherwise than a Deployment or a Job.</summary>
    public static readonly IReadOnlyList<Resource> OtherWorkloads =
        [new("apps/v1", "StatefulSet", "statefulsets"), new("apps/v1", "DaemonSet", "daemonsets"), new("batch/v1", "CronJob", "cronjobs")];

    private static readonly Resource[] Others =
    [
        Nodes, Quotas, PodMetrics, NodeMetrics, Resource.ConfigMaps, Resource.Leases,
        new("v1", "Service", "services"), new("v1", "Endpoints", "endpoints"), new("v1", "LimitRange", "limitranges"),
        new("v1", "PersistentVolumeClaim", "persistentvolumeclaims"), new("v1", "ServiceAccount", "serviceaccounts"),
        new("autoscaling/v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
        new("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"), new("networking.k8s.io/v1", "Ingress", "ingresses"),
    ];

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ConcurrentDictionary<Resource, IReadOnlyList<JsonObject>> known = new();

    /// <summary>The objects of a kind without what nobody should read; none when they could not be read.</summary>
    public IReadOnlyList<JsonObject> this[Resource resource] => known.GetValueOrDefault(resource) ?? [];

    /// <summary>True when the objects of a kind could be read, even if there are none.</summary>
    public bool Knows(Resource resource) => known.ContainsKey(resource);

    /// <summary>Reads what tells nothing of why pods do not serve.</summary>
    public Task ReadOthersAsync(CancellationToken cancellation) => Task.WhenAll(Others.Select(k => ReadAsync(k, cancellation)));

    /// <summary>Reads the objects of a kind.</summary>
    public Task ReadAsync(Resource kind, CancellationToken cancellation) => evidence.TryAsync(Label(kind), async () =>
    {
        var found = (await cluster.ListAsync(kind, null, cancellation)).Where(o => !IsRecord(o)).Select(o => Named(kind, EvidenceMask.Without(o))).ToList();
        known[kind] = found;
        evidence.Add("objects", $"{Label(kind)}.json", new JsonArray([.. found.Select(f => f.DeepClone())]).ToJsonString(Readable));
    });

    // What stands in a list does not say its kind.
    private static JsonObject Named(Resource kind, JsonObject found)
    {
        found["kind"] = kind.Kind;
        return found;
    }

    // The record stands in a file of its own, and its manifests are compressed here.
    private static bool IsRecord(JsonObject found) => found.At("metadata", "labels").Text(RecordStore.Label) is not null;

    private static string Label(Resource kind) => kind.ApiVersion.StartsWith("metrics", StringComparison.Ordinal) ? $"usage-of-{kind.Plural}" : kind.Plural;
}
