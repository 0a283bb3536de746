using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Rollouts;

/// <summary>Says, before a release touches the cluster, how what it changes there goes back when it fails.</summary>
/// <param name="context">Where it is said.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="timeout">How long pods may take on the way back.</param>
/// <param name="step">The name of the step that changes the cluster.</param>
internal sealed class DeployUndo(StepContext context, ClusterConnection cluster, TimeSpan timeout, string step)
{
    private readonly RolloutRestore restore = new(cluster, context, timeout);

    /// <summary>Prepares it; what was said last goes back first.</summary>
    /// <param name="plan">What the release changes, with what was there before.</param>
    /// <param name="served">The manifests of a serving release that is deployed again; null for another one.</param>
    public void Prepare(RolloutPlan plan, ServedManifests? served)
    {
        if (context.Ledger.History.Live is { Rollout: { } rollout } live)
            PrepareWayTo(live, rollout, plan, served);
        else
            context.OnFailure(Before, stop => EmptyAsync(plan, stop));
    }

    private string Before => $"what namespace '{cluster.Namespace}' held before its first release";

    private void PrepareWayTo(Release live, RolloutResult rollout, RolloutPlan plan, ServedManifests? served)
    {
        // What its recorded manifests do not bring back: what this release makes, what no record holds, and what was nobody's.
        var beside = plan.Found.Where(f => f.Before is null || f.Resource.Kind == Resource.Secrets.Kind
            || !rollout.Objects.Any(o => o.Kind == f.Resource.Kind && o.Name == f.Name)).ToLookup(f => f.Before is null);
        Prepare("what this release made", [.. beside[true]]);
        context.OnFailure(live.IsFound ? Before : $"the pods and configuration of release {live.Number} ({live.Version})", stop => served is null
            ? restore.ToAsync(live, stop)
            : served.BringBackAsync(plan.Found, restore, context, cluster, stop));
        // Before the pods: they read their Secrets as they start, and would serve, or crash, with those of the release that failed.
        Prepare("what no record holds", [.. beside[false]]);
    }

    private void Prepare(string what, IReadOnlyList<(Resource Resource, string Name, JsonObject? Before)> found)
    {
        if (found.Count > 0)
            context.OnFailure($"{what}: {string.Join(", ", found.Select(f => $"{f.Resource.Kind}/{f.Name}"))}", stop => restore.ToAsync(found, stop));
    }

    private async Task EmptyAsync(RolloutPlan plan, CancellationToken cancellation)
    {
        await restore.ToAsync(plan.Found, cancellation);
        // What an ended run of this release made is no change of this one's plan any more.
        var pruning = new Pruning(cluster, context);
        if (context.Ledger.Resumption?.Changed.Contains(step) == true)
            await pruning.RemoveAsync(await pruning.FindAllAsync([], cancellation), cancellation);
    }
}
