using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Runs;

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
    /// <returns>Each manifest that the cluster serves, or will serve once the definitions among the manifests are applied.</returns>
    public async Task<IReadOnlyList<PlannedObject>> DryRunAsync(IReadOnlyList<JsonObject> manifests, bool takeOver, CancellationToken cancellation)
    {
        var autoscaled = await Autoscaled.ReadAsync(cluster, discovery, manifests, cancellation);
        var planned = new List<PlannedObject>();
        foreach (var manifest in manifests)
        {
            if (await FindAsync(manifest, cancellation) is not { } resource)
            {
                if (CustomKinds.Find(manifests, manifest) is { } brought)
                    planned.Add(new PlannedObject(brought, manifest, null, manifest));
                else
                    await LeaveOutAsync(manifest, cancellation);
                continue;
            }

            var live = await cluster.FindAsync(resource, manifest.Name(), cancellation);
            var ours = autoscaled.Ours(manifest, live);
            planned.Add(new PlannedObject(resource, ours, live, await SendAsync(resource, ours, takeOver, dryRun: true, cancellation)));
        }

        return planned;
    }

    /// <summary>Applies in order.</summary>
    /// <returns>Each manifest that the cluster serves as the cluster stored it, and whether it had to change it.</returns>
    public async Task<IReadOnlyList<(JsonObject Stored, bool Changed)>> ApplyAsync(IReadOnlyList<JsonObject> manifests, bool takeOver, CancellationToken cancellation)
    {
        var autoscaled = await Autoscaled.ReadAsync(cluster, discovery, manifests, cancellation);
        var applied = new List<(JsonObject, bool)>();
        foreach (var manifest in manifests)
        {
            if (await FindAsync(manifest, cancellation) is not { } resource)
            {
                await LeaveOutAsync(manifest, cancellation);
                continue;
            }

            var before = await cluster.FindAsync(resource, manifest.Name(), cancellation);
            var after = await SendAsync(resource, autoscaled.Ours(manifest, before), takeOver, dryRun: false, cancellation);
            var isChanged = before.Text("metadata", "resourceVersion") != after.Text("metadata", "resourceVersion");
            applied.Add((after, isChanged));
            context.Log.Information("{Kind:l}/{Name:l}: {What:l}", manifest.Kind(), manifest.Name(), before is null ? "created" : isChanged ? "changed" : "unchanged");
            if (manifest.Kind() == CustomKinds.Definition)
            {
                await CustomKinds.EstablishAsync(cluster, resource, manifest.Name(), context.Time, cancellation);
                discovery.Forget();
            }
        }

        return applied;
    }

    private Task<Resource?> FindAsync(JsonObject manifest, CancellationToken cancellation) =>
        discovery.FindAsync(manifest.Text("apiVersion")!, manifest.Kind(), cancellation);

    private async Task LeaveOutAsync(JsonObject manifest, CancellationToken cancellation)
    {
        var version = manifest.Text("apiVersion")!;
        if (!version.StartsWith(MonitoringGroup, StringComparison.Ordinal))
            await discovery.GetAsync(version, manifest.Kind(), cancellation);
        else if (notServed.Add($"{manifest.Kind()}/{manifest.Name()}"))
            context.Log.Warning("{Kind:l}/{Name:l} was not applied: the cluster has no Prometheus operator", manifest.Kind(), manifest.Name());
    }

    private async Task<JsonObject> SendAsync(Resource resource, JsonObject manifest, bool takeOver, bool dryRun, CancellationToken cancellation)
    {
        try
        {
            return await cluster.ApplyAsync(resource, manifest, takeOver, dryRun, cancellation);
        }
        catch (ClusterRequestException e) when (e.IsOfFields)
        {
            throw FailureException.Refused(FieldConflict.Sentence(manifest, e));
        }
    }
}
