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
            var wanted = await SendAsync(resource, manifest, takeOver, dryRun: true, cancellation);
            planned.Add((manifest, live is null || !JsonNode.DeepEquals(Comparable(live), Comparable(wanted))));
        }

        return planned;
    }

    /// <summary>Applies in order.</summary>
    /// <returns>The objects that the cluster had to change.</returns>
    public async Task<IReadOnlyList<JsonObject>> ApplyAsync(IEnumerable<JsonObject> manifests, bool takeOver, CancellationToken cancellation)
    {
        var changed = new List<JsonObject>();
        foreach (var manifest in manifests)
        {
            if (await ResourceOfAsync(manifest, cancellation) is not { } resource)
                continue;
            var before = await cluster.FindAsync(resource, manifest.Name(), cancellation);
            var after = await SendAsync(resource, manifest, takeOver, dryRun: false, cancellation);
            var isChanged = before.Text("metadata", "resourceVersion") != after.Text("metadata", "resourceVersion");
            if (isChanged)
                changed.Add(after);
            context.Log.Information("{Kind}/{Name}: {What}", manifest.Kind(), manifest.Name(), before is null ? "created" : isChanged ? "changed" : "unchanged");
        }

        return changed;
    }

    private async Task<Resource?> ResourceOfAsync(JsonObject manifest, CancellationToken cancellation)
    {
        var version = manifest.Text("apiVersion")!;
        if (!version.StartsWith(MonitoringGroup, StringComparison.Ordinal))
            return await discovery.GetAsync(version, manifest.Kind(), cancellation);
        var served = await discovery.FindAsync(version, manifest.Kind(), cancellation);
        if (served is null)
            context.Log.Warning("{Kind}/{Name} was not applied: the cluster has no Prometheus operator", manifest.Kind(), manifest.Name());
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
