using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Runs;

namespace Pipeline.Rollbacks;

/// <summary>Brings back pods, configuration and services from what the cluster keeps of the target.</summary>
internal sealed class RollbackPods
{
    private readonly RolloutRestore restore;
    private readonly StepContext context;
    private readonly Release target;
    private readonly IReadOnlyList<JsonObject> manifests;

    private RollbackPods(RolloutRestore restore, StepContext context, Release target, IReadOnlyList<JsonObject> manifests) =>
        (this.restore, this.context, this.target, this.manifests) = (restore, context, target, manifests);

    private string What => $"the pods and configuration of release {target.Number} ({target.Version})";

    /// <summary>Reads the target's manifests: without them nothing is begun.</summary>
    /// <exception cref="FailureException">They are not kept.</exception>
    public static async Task<RollbackPods> ReadAsync(ClusterConnection cluster, StepContext context, Release target, TimeSpan timeout, CancellationToken cancellation)
    {
        var restore = new RolloutRestore(cluster, context, timeout);
        return new RollbackPods(restore, context, target, await restore.ReadAsync(target, cancellation));
    }

    /// <summary>True when the cluster already is as the target left it.</summary>
    public Task<bool> AreBackAsync(CancellationToken cancellation) => restore.IsAtAsync(target, manifests, cancellation);

    /// <summary>Applies the manifests and waits until their pods serve.</summary>
    /// <returns>The sentence that says why they do not; null when they do.</returns>
    public async Task<string?> BackAsync(CancellationToken cancellation)
    {
        try
        {
            var result = await restore.ToAsync(target, manifests, cancellation);
            await context.Ledger.UpdateAsync(r => r with { Rollout = result }, cancellation);
            if (result.Changed + result.Removed > 0)
                context.Summary.Changed($"the cluster: pods run {target.Image?.Reference} again");
            else
                context.Summary.LeftAlone($"the cluster: already as release {target.Number} left it");
            context.Incident.PutBack(What);
            return null;
        }
        catch (FailureException e)
        {
            context.Incident.PutBack(What, e.Message);
            return $"the pods are not back: {e.Message}";
        }
    }
}
