using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Rollouts;

/// <summary>The objects that the first deployment found and changed: kept whole as the manifests of release 0, Secrets left out.</summary>
internal sealed class FoundObjects(ClusterConnection cluster, StepContext context)
{
    private readonly ManifestArchive archive = new(cluster);
    private readonly Pruning pruning = new(cluster, context);
    private readonly Discovery discovery = new(cluster);

    /// <summary>Keeps what a rollout is about to change.</summary>
    public static Task RecordAsync(RolloutPlan plan, ClusterConnection cluster, StepContext context, CancellationToken cancellation) =>
        FoundRelease.RecordAsync("Deploy", async found =>
        {
            var objects = plan.Found.Where(f => f.Before is not null && f.Resource != Resource.Secrets).Select(f => Kept(f.Before!)).ToList();
            if (objects.Count == 0)
                return null;
            await new ManifestArchive(cluster).WriteAsync(FoundRelease.Number, objects, cancellation);
            return found with
            {
                Rollout = new RolloutResult([.. objects.Select(o => new AppliedObject(o.Text("apiVersion")!, o.Kind(), o.Name()))], 0),
            };
        }, context, cancellation);

    /// <summary>True when they are as they were, and nothing that a release made is left.</summary>
    public async Task<bool> AreBackAsync(Release found, CancellationToken cancellation)
    {
        var objects = await ReadAsync(found, cancellation);
        foreach (var before in objects)
            if (await cluster.FindAsync(await ResourceOfAsync(before, cancellation), before.Name(), cancellation) is not { } now || !IsSame(before, now))
                return false;
        return (await pruning.FindAllAsync(objects, cancellation)).Count == 0;
    }

    /// <summary>Puts them back, and then removes what the releases made.</summary>
    /// <param name="found">Release 0.</param>
    /// <param name="replace">Puts one object back, and waits until its pods serve.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public async Task<RolloutResult> BringBackAsync(Release found, Func<Resource, JsonObject, CancellationToken, Task> replace, CancellationToken cancellation)
    {
        var objects = await ReadAsync(found, cancellation);
        var autoscaled = await Autoscaled.ReadAsync(cluster, discovery, objects, cancellation);
        var changed = 0;
        foreach (var before in ApplyOrder.Of(objects))
        {
            var resource = await ResourceOfAsync(before, cancellation);
            var now = await cluster.FindAsync(resource, before.Name(), cancellation);
            if (now is not null && IsSame(before, now))
                continue;
            // Left out of a replacement, the number of pods would fall to one.
            if (!ReferenceEquals(autoscaled.Ours(before, now), before))
                before["spec"]!["replicas"] = now.At("spec")?["replicas"]?.DeepClone();
            await replace(resource, before, cancellation);
            changed++;
            context.Log.Information("{Kind:l}/{Name:l}: as it was before the first release", before.Kind(), before.Name());
        }

        var removed = await pruning.RemoveAsync(await pruning.FindAllAsync(objects, cancellation), cancellation);
        return found.Rollout! with { Changed = changed, Removed = removed };
    }

    // Without an object there are no manifests.
    private async Task<IReadOnlyList<JsonObject>> ReadAsync(Release found, CancellationToken cancellation) =>
        found.Rollout is { Objects: [] } ? [] : await archive.ReadAsync(FoundRelease.Number, cancellation);

    private Task<Resource> ResourceOfAsync(JsonObject found, CancellationToken cancellation) => discovery.GetAsync(found.Text("apiVersion")!, found.Kind(), cancellation);

    // Owners stay: the fields that somebody applied by hand are theirs again.
    private static JsonObject Kept(JsonObject live)
    {
        var kept = (JsonObject)live.DeepClone();
        kept.Remove("status");
        foreach (var field in (string[])["uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"])
            kept.At("metadata")!.Remove(field);
        return kept;
    }

    private static bool IsSame(JsonObject before, JsonObject now) => JsonNode.DeepEquals(Wish(before), Wish(now));

    // The Deployment's controller counts on.
    private static JsonObject Wish(JsonObject stored)
    {
        var wish = PlannedObject.WishOf(stored);
        wish.At("metadata", "annotations")?.Remove("deployment.kubernetes.io/revision");
        return wish;
    }
}
