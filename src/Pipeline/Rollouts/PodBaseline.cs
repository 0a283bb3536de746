using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>How often each container had been restarted before anything was applied: what it went through until then is no trouble of the rollout.</summary>
internal sealed class PodBaseline
{
    private readonly FrozenDictionary<(string? Pod, string Container), long> restarts;

    /// <param name="pods">The pods that were there.</param>
    public PodBaseline(IEnumerable<JsonObject> pods) =>
        restarts = pods.SelectMany(p => PodTrouble.Statuses(p).Select(s => KeyValuePair.Create((p.Text("metadata", "uid"), s.Text("name") ?? ""), s.Number("restartCount")))).ToFrozenDictionary();

    /// <summary>No pods were there.</summary>
    public static PodBaseline Empty { get; } = new([]);

    /// <summary>Reads it from the cluster.</summary>
    public static async Task<PodBaseline> TakeAsync(ClusterConnection cluster, CancellationToken cancellation) =>
        new(await cluster.ListAsync(Resource.Pods, null, cancellation));

    /// <summary>The restarts of a pod's containers until then; zero for a pod that was not there.</summary>
    public Func<string, long> Of(JsonObject pod) => container => restarts.GetValueOrDefault((pod.Text("metadata", "uid"), container));
}
