using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Runs;

namespace Pipeline.Rollouts;

/// <summary>Brings the cluster to a set of manifests and waits until the pods serve. Going forward, undo and rollback all come through here.</summary>
internal sealed class Rollout(ClusterConnection cluster, StepContext context, TimeSpan timeout)
{
    private readonly ServerSideApply apply = new(cluster, context);
    private readonly Pruning pruning = new(cluster, context);
    private readonly PodsOutage outage = new(cluster, context);

    /// <summary>What the cluster would have to change.</summary>
    public async Task<RolloutPlan> PlanAsync(IReadOnlyList<JsonObject> manifests, bool takeOver, CancellationToken cancellation) =>
        new(await apply.DryRunAsync(manifests, takeOver, cancellation), await pruning.FindAsync(manifests, cancellation));

    /// <summary>Applies in order, watches every Deployment to its verdict, and then removes what is in no manifest any more.</summary>
    /// <exception cref="FailureException">A manifest was refused, or a rollout failed.</exception>
    public async Task<RolloutResult> RunAsync(IReadOnlyList<JsonObject> manifests, bool takeOver, CancellationToken cancellation)
    {
        var baseline = await PodBaseline.TakeAsync(cluster, cancellation);
        var applied = await apply.ApplyAsync(manifests, takeOver, cancellation);
        var deployments = new List<JsonObject>();
        foreach (var (stored, _) in applied.Where(a => a.Stored.Kind() == Resource.Deployments.Kind))
            deployments.Add(await outage.EndAsync(stored, cancellation));
        // Looked for while the pods start, and removed once they serve.
        var (watching, surplus) = (WatchAsync(deployments, baseline, cancellation), pruning.FindAsync(manifests, cancellation));
        await Task.WhenAll(watching, surplus);
        var removed = await pruning.RemoveAsync(await surplus, cancellation);
        var revisions = await watching;
        return new RolloutResult([.. applied.Select(a => Applied(a.Stored, revisions))], applied.Count(a => a.Changed), removed);
    }

    // Side by side: what fails must not be found only after what drains for minutes.
    private async Task<Dictionary<string, string?>> WatchAsync(IReadOnlyList<JsonObject> deployments, PodBaseline baseline, CancellationToken cancellation)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var revisions = await Task.WhenAll(deployments.Select(d => FinishAsync(d, baseline, all)));
        return deployments.Zip(revisions).ToDictionary(d => d.First.Name(), d => d.Second);
    }

    private async Task<string?> FinishAsync(JsonObject deployment, PodBaseline baseline, CancellationTokenSource all)
    {
        try
        {
            return await new RolloutWatch(cluster, context.Log, context.Time).FinishAsync(deployment, baseline, timeout, all.Token);
        }
        catch (FailureException)
        {
            await all.CancelAsync();
            throw;
        }
    }

    private static AppliedObject Applied(JsonObject stored, Dictionary<string, string?> revisions) => new(
        stored.Text("apiVersion")!, stored.Kind(), stored.Name(), SecretHash.Of(stored),
        stored.Kind() == Resource.Deployments.Kind ? revisions.GetValueOrDefault(stored.Name()) : null);
}
