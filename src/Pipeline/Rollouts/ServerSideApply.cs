using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;

namespace Pipeline.Rollouts;

/// <summary>Applies a set of manifests in order; what is already as wanted is not touched.</summary>
internal sealed class ServerSideApply(ClusterConnection cluster, StepContext context)
{
    // The operator that serves these kinds is optional: monitoring must not keep a release from users.
    private const string MonitoringGroup = "monitoring.coreos.com/";
    private readonly Discovery discovery = new(cluster);
    private readonly HashSet<string> notServed = [];

    /// <summary>What would change, as the server sees it; nothing is stored.</summary>
    /// <param name="manifests">In the order of application.</param>
    /// <param name="takeOver">Takes over fields of other managers.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <returns>Each manifest that the cluster serves, and whether it would change.</returns>
    public async Task<IReadOnlyList<(JsonObject Manifest, bool Changes)>> DryRunAsync(IEnumerable<JsonObject> manifests, bool takeOver, CancellationToken cancellation)
    {
        var planned = new List<(JsonObject, bool)>();
        foreach (var manifest in manifests)
        {
            if (await ResourceOfAsync(manifest, cancellation) is not { } resource)
                continue;
            var live = await cluster.FindAsync(resource, manifest.Name(), cancellation);
            var wanted = await SendAsync(resource, Ours(manifest, live), takeOver, dryRun: true, cancellation);
            planned.Add((manifest, live is null || !JsonNode.DeepEquals(Comparable(live), Comparable(wanted))));
        }

        return planned;
    }

    /// <summary>Applies in order.</summary>
    /// <returns>Each manifest that the cluster serves as the cluster stored it, and whether it had to change it.</returns>
    public async Task<IReadOnlyList<(JsonObject Stored, bool Changed)>> ApplyAsync(IEnumerable<JsonObject> manifests, bool takeOver, CancellationToken cancellation)
    {
        var applied = new List<(JsonObject, bool)>();
        foreach (var manifest in manifests)
        {
            if (await ResourceOfAsync(manifest, cancellation) is not { } resource)
                continue;
            var before = await cluster.FindAsync(resource, manifest.Name(), cancellation);
            var after = await SendAsync(resource, Ours(manifest, before), takeOver, dryRun: false, cancellation);
            var isChanged = before.Text("metadata", "resourceVersion") != after.Text("metadata", "resourceVersion");
            applied.Add((after, isChanged));
            context.Log.Information("{Kind:l}/{Name:l}: {What:l}", manifest.Kind(), manifest.Name(), before is null ? "created" : isChanged ? "changed" : "unchanged");
        }

        return applied;
    }

    private async Task<Resource?> ResourceOfAsync(JsonObject manifest, CancellationToken cancellation)
    {
        var version = manifest.Text("apiVersion")!;
        if (!version.StartsWith(MonitoringGroup, StringComparison.Ordinal))
            return await discovery.GetAsync(version, manifest.Kind(), cancellation);
        var served = await discovery.FindAsync(version, manifest.Kind(), cancellation);
        if (served is null && notServed.Add($"{manifest.Kind()}/{manifest.Name()}"))
            context.Log.Warning("{Kind:l}/{Name:l} was not applied: the cluster has no Prometheus operator", manifest.Kind(), manifest.Name());
        return served;
    }

    private async Task<JsonObject> SendAsync(Resource resource, JsonObject manifest, bool takeOver, bool dryRun, CancellationToken cancellation)
    {
        try
        {
            return await cluster.ApplyAsync(resource, manifest, takeOver, dryRun, cancellation);
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            throw FailureException.Refused($"{manifest.Kind()}/{manifest.Name()} was not applied, somebody else manages some of its fields: {e.Message} Pass --take-over-fields to take them over.");
        }
    }

    /// <summary>The manifest without what is not the release's to say.</summary>
    // An autoscaler decides how many pods the load needs now; neither a release nor the way back may shrink that. A person's
    // "kubectl scale" leaves the same trace and is not meant.
    public static JsonObject Ours(JsonObject manifest, JsonObject? live)
    {
        var isScaled = live.Items("metadata", "managedFields")
            .Any(f => f.Text("subresource") == "scale" && f.Text("manager")?.StartsWith("kubectl", StringComparison.Ordinal) == false);
        if (!isScaled)
            return manifest;
        var ours = (JsonObject)manifest.DeepClone();
        ours.At("spec")?.Remove("replicas");
        return ours;
    }

    // What the server keeps for itself, and what says nothing about the wish.
    private static JsonObject Comparable(JsonObject stored)
    {
        var copy = (JsonObject)stored.DeepClone();
        copy.Remove("status");
        foreach (var field in (string[])["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink"])
            copy.At("metadata")?.Remove(field);
        return copy;
    }
}
