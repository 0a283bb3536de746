using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Rollouts;

/// <summary>Brings back the pods, configuration and services of an earlier release from what the cluster itself keeps of it.</summary>
internal sealed class RolloutRestore(ClusterConnection cluster, StepContext context, TimeSpan timeout)
{
    private readonly Rollout rollout = new(cluster, context, timeout);
    private readonly ManifestArchive archive = new(cluster);
    private readonly FoundObjects found = new(cluster, context);

    /// <summary>What is applied again, or put back as it was.</summary>
    /// <exception cref="FailureException">It is not kept.</exception>
    public async Task<IReadOnlyList<JsonObject>> ReadAsync(Release target, CancellationToken cancellation) =>
        // Of a namespace that was empty nothing is kept.
        target is { IsFound: true, Rollout: null or { Objects.IsEmpty: true } } ? [] : await archive.ReadAsync(target.Number, cancellation);

    /// <summary>True when the cluster already is as that release left it.</summary>
    /// <param name="target">The release.</param>
    /// <param name="manifests">What <see cref="ReadAsync"/> read of it.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public async Task<bool> IsAtAsync(Release target, IReadOnlyList<JsonObject> manifests, CancellationToken cancellation) => target.IsFound
        ? await found.AreBackAsync(target, cancellation)
        : (await rollout.PlanAsync(manifests, takeOver: true, cancellation)).IsDone;

    /// <summary>
    /// Re-applies the manifests of a release, digests and configuration included, and waits until its pods serve. What was there before the
    /// first release is put back as it was, and what the releases made is removed.
    /// </summary>
    /// <exception cref="FailureException">Its manifests are not kept, or the rollout failed.</exception>
    public async Task<RolloutResult> ToAsync(Release target, CancellationToken cancellation) =>
        await ToAsync(target, await ReadAsync(target, cancellation), cancellation);

    /// <summary>The same, with what was read of it before.</summary>
    /// <exception cref="FailureException">The rollout failed.</exception>
    public async Task<RolloutResult> ToAsync(Release target, IReadOnlyList<JsonObject> manifests, CancellationToken cancellation)
    {
        if (target.IsFound)
            return await found.BringBackAsync(target, ReplaceAsync, cancellation);
        var result = await rollout.RunAsync(manifests, takeOver: true, cancellation);
        foreach (var secret in await ChangedSecrets.AmongAsync(cluster, target.Rollout?.Objects ?? [], cancellation))
            context.Summary.LeftAlone($"Secret/{secret}: its values are not those that release {target.Number} left, and no record keeps values; put them back by hand if its pods need them");
        return result;
    }

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
        var baseline = await PodBaseline.TakeAsync(cluster, cancellation);
        var stored = await StoreAsync(resource, before, cancellation);
        if (resource == Resource.Deployments)
            await new RolloutWatch(cluster, context.Log, context.Time).FinishAsync(stored, baseline, timeout, cancellation);
    }

    // Whoever writes becomes the owner. Whose the fields were they are to be again: else a later release could not remove what it takes over.
    private async Task GiveBackAsync(Resource resource, JsonObject before, JsonObject written, CancellationToken cancellation)
    {
        if (before.At("metadata")?["managedFields"] is not JsonArray owners)
            return;
        for (var stored = written; stored is not null && !await OwnerChange.TryAsync(cluster, resource, stored, owners, cancellation);)
            stored = await cluster.FindAsync(resource, before.Name(), cancellation);
    }

    // Services may not be replaced without their resourceVersion, and the cluster's own controllers write to objects at any time.
    private async Task<JsonObject> StoreAsync(Resource resource, JsonObject before, CancellationToken cancellation)
    {
        var wanted = (JsonObject)before.DeepClone();
        wanted.Remove("status");
        while (true)
        {
            var now = await cluster.FindAsync(resource, before.Name(), cancellation);
            wanted["metadata"]!["resourceVersion"] = now.Text("metadata", "resourceVersion");
            if (now is null)
                (wanted["metadata"] as JsonObject)!.Remove("uid");
            else
                wanted["metadata"]!["uid"] = now.Text("metadata", "uid");
            try
            {
                var stored = now is null ? await cluster.CreateAsync(resource, wanted, cancellation) : await cluster.ReplaceAsync(resource, wanted, cancellation);
                await GiveBackAsync(resource, before, stored, cancellation);
                return stored;
            }
            catch (ClusterRequestException e) when (e.IsConflict)
            {
                // This run holds the deploy lock: what it found before is put over whatever was written in between.
            }
        }
    }
}
