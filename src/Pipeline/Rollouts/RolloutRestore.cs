using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;

namespace Pipeline.Rollouts;

/// <summary>Brings back the pods, configuration and services of an earlier release from what the cluster itself keeps of it.</summary>
internal sealed class RolloutRestore(ClusterConnection cluster, StepContext context, TimeSpan timeout)
{
    private readonly Rollout rollout = new(cluster, context, timeout);
    private readonly ManifestArchive archive = new(cluster);

    /// <summary>True when the cluster already is as that release left it.</summary>
    public async Task<bool> IsAtAsync(Release target, CancellationToken cancellation) =>
        (await rollout.PlanAsync(await archive.ReadAsync(target.Number, cancellation), takeOver: true, cancellation)).Count == 0;

    /// <summary>Re-applies the manifests of a release, digests and configuration included, and waits until its pods serve.</summary>
    /// <exception cref="FailureException">Its manifests are not kept, or the rollout failed.</exception>
    public async Task<RolloutResult> ToAsync(Release target, CancellationToken cancellation) =>
        await rollout.RunAsync(await archive.ReadAsync(target.Number, cancellation), takeOver: true, cancellation);

    /// <summary>Puts objects back as they were before a release touched them: what it made is deleted, what it found is as it was, and its pods serve.</summary>
    /// <param name="found">Each object that the release changes, and how it was; null when there was none.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public async Task ToAsync(IReadOnlyList<(Resource Resource, string Name, JsonObject? Before)> found, CancellationToken cancellation)
    {
        foreach (var (resource, name, before) in found.Reverse())
            if (before is null)
                await cluster.DeleteAsync(resource, name, cancellation);
            else
                await ReplaceAsync(resource, before, cancellation);
    }

    private async Task ReplaceAsync(Resource resource, JsonObject before, CancellationToken cancellation)
    {
        var wanted = (JsonObject)before.DeepClone();
        wanted.Remove("status");
        // Without a resourceVersion the replacement is unconditional: this run holds the deploy lock.
        wanted.At("metadata")!.Remove("resourceVersion");
        var stored = await cluster.ReplaceAsync(resource, wanted, cancellation);
        if (resource == Resource.Deployments)
            await new RolloutWatch(cluster, context).FinishAsync(stored, timeout, cancellation);
    }
}
