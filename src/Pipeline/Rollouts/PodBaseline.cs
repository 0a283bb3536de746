using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>How often each container had been restarted before anything was applied: what it went through until then is no trouble of the rollout.</summary>
internal sealed class PodBaseline
{
    private readonly FrozenSet<string> known;
    private readonly FrozenDictionary<(string? Pod, string Container), long> restarts;

    /// <param name="pods">The pods that were there.</param>
    public PodBaseline(IEnumerable<JsonObject> pods)
    {
        var all = pods.ToList();
        known = all.Select(UidOf).OfType<string>().ToFrozenSet();
        restarts = all.SelectMany(p => PodTrouble.Statuses(p).Select(s => KeyValuePair.Create((UidOf(p), s.Text("name") ?? ""), s.Number("restartCount")))).ToFrozenDictionary();
    }

    /// <summary>No pods were there.</summary>
    public static PodBaseline Empty { get; } = new([]);

    /// <summary>Reads it from the cluster.</summary>
    public static async Task<PodBaseline> TakeAsync(ClusterConnection cluster, CancellationToken cancellation) =>
        new(await cluster.ListAsync(Resource.Pods, null, cancellation));

    /// <summary>The restarts of a pod's containers until then; zero for a pod that was not there.</summary>
    public Func<string, long> Of(JsonObject pod) => container => restarts.GetValueOrDefault((UidOf(pod), container));

    /// <summary>True when the pod was there.</summary>
    public bool Has(JsonObject pod) => UidOf(pod) is { } uid && known.Contains(uid);

    private static string? UidOf(JsonObject pod) => pod.Text("metadata", "uid");
}
