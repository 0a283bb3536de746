using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The pods that a rollout adds, and the migration's, fit onto the nodes beside what runs there.</summary>
/// <param name="shared">Workloads and nodes.</param>
internal sealed class CapacityCheck(SharedReads shared) : IPreflightCheck
{
    private const string Advice = "Add a node, or lower requests, replicas or maxSurge. Where something adds nodes by itself: --preflight-skip capacity.";

    // The pods of every namespace stand in the way.
    private static readonly Resource AllPods = Resource.Pods with { IsNamespaced = false };

    /// <inheritdoc />
    public string Name => CheckName.Capacity;

    /// <inheritdoc />
    public string Needs => CheckName.Nodes;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var nodes = await shared.NodesAsync(context, cancellation);
        var workloads = RollingWorkload.In(await shared.DryRunsAsync(context, cancellation));
        var finding = await JudgeAsync(cluster, nodes, workloads, cancellation);
        return finding.State == FindingState.Failed && await NodeAutoscaler.FindAsync(cluster, nodes, cancellation) is { } autoscaler
            ? finding with { State = FindingState.Warned, Found = $"{finding.Found.TrimEnd('.')}; {autoscaler} may add a node for them" }
            : finding;
    }

    private async Task<Finding> JudgeAsync(ClusterConnection cluster, IReadOnlyList<JsonObject> nodes, IReadOnlyList<RollingWorkload> workloads, CancellationToken cancellation)
    {
        try
        {
            var pods = await cluster.ListAsync(AllPods, null, cancellation);
            return RollArithmetic.Worst(Name, [.. workloads.GroupBy(w => w.Selector is null).SelectMany(g => Judge(nodes, pods, g.ToList(), cluster.Namespace))], Advice);
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            // What does not even fit onto empty nodes needs no further look.
            var room = NodeRoom.Of(nodes, []);
            var never = workloads.Where(w => room.Put(w.Pod, w.Replicas) < w.Replicas).Select(w => w.Id).ToList();
            return never.Count > 0
                ? new Finding(Name, FindingState.Failed, $"{string.Join(", ", never)}: the pods would not fit even if nothing else ran on the nodes.", Advice)
                : new Finding(Name, FindingState.NotChecked, "no right to list the pods of all namespaces; the new ones would fit onto empty nodes", "Rights: k8s/setup/cluster-reader.yaml.");
        }
    }

    private static IReadOnlyList<(FindingState State, string Sentence)> Judge(
        IReadOnlyList<JsonObject> nodes, IReadOnlyList<JsonObject> pods, IReadOnlyList<RollingWorkload> workloads, string space)
    {
        var old = workloads.SelectMany(w => w.PodsAmong(pods.Where(p => p.Text("metadata", "namespace") == space))).ToHashSet();
        return RollArithmetic.Judge(workloads, NodeRoom.Of(nodes, pods), NodeRoom.Of(nodes, pods.Where(p => !old.Contains(p))), "the nodes");
    }
}
