using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;

namespace Pipeline.Rollouts;

/// <summary>Brings the cluster to a set of manifests and waits until the pods serve. Going forward, undo and rollback all come through here.</summary>
internal sealed class Rollout(ClusterConnection cluster, StepContext context, TimeSpan timeout)
{
    private readonly ServerSideApply apply = new(cluster, context);
    private readonly Pruning pruning = new(cluster, context);

    /// <summary>What the cluster would have to change.</summary>
    public async Task<RolloutPlan> PlanAsync(IReadOnlyList<JsonObject> manifests, bool takeOver, CancellationToken cancellation) =>
        new(await apply.DryRunAsync(manifests, takeOver, cancellation), await pruning.FindAsync(manifests, cancellation));

    /// <summary>Applies in order, watches every Deployment to its verdict, and then removes what is in no manifest any more.</summary>
    /// <exception cref="FailureException">A manifest was refused, or a rollout failed.</exception>
    public async Task<RolloutResult> RunAsync(IReadOnlyList<JsonObject> manifests, bool takeOver, CancellationToken cancellation)
    {
        var baseline = await PodBaseline.TakeAsync(cluster, cancellation);
        var applied = await apply.ApplyAsync(manifests, takeOver, cancellation);
        string? revision = null;
        foreach (var (stored, _) in applied.Where(a => a.Stored.Kind() == Resource.Deployments.Kind))
            revision = await new RolloutWatch(cluster, context.Log, context.Time).FinishAsync(stored, baseline, timeout, cancellation);
        var removed = await pruning.RunAsync(manifests, cancellation);
        return new RolloutResult(
            [.. applied.Select(a => new AppliedObject(a.Stored.Text("apiVersion")!, a.Stored.Kind(), a.Stored.Name()))], applied.Count(a => a.Changed), revision, removed);
    }
}
