using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Rollouts;

/// <summary>Removes what this pipeline applied to its environment earlier and what is in no manifest any more.</summary>
internal sealed class Pruning(ClusterConnection cluster, StepContext context)
{
    // Removing one loses what no manifest brings back: data, other people's objects, or a value that no record holds.
    private static readonly string[] Lasting =
        ["Namespace", "PersistentVolumeClaim", "PersistentVolume", CustomKinds.Definition, Resource.Leases.Kind, Resource.Secrets.Kind];

    private readonly Discovery discovery = new(cluster);

    /// <summary>True when an object of this kind carries <see cref="ManifestSet.AppliedLabel"/> and may be removed by it.</summary>
    public static bool Takes(string kind) => !Lasting.Contains(kind);

    /// <summary>
    /// True when an object of this kind is removed once no manifest has it. Cluster-wide kinds are left: another namespace's environment may
    /// have the same name. ConfigMaps go with the last record that needs them.
    /// </summary>
    public static bool Removes(Resource resource) => resource.IsNamespaced && Takes(resource.Kind) && resource != Resource.ConfigMaps;

    /// <summary>The objects that carry this environment's label and are not wanted; what depends on others comes first.</summary>
    /// <param name="wanted">Everything that stays.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public Task<IReadOnlyList<SurplusObject>> FindAsync(IReadOnlyList<JsonObject> wanted, CancellationToken cancellation) => FindAsync(wanted, Removes, cancellation);

    /// <summary>The same, with ConfigMaps: for a way back that leaves nothing behind.</summary>
    public Task<IReadOnlyList<SurplusObject>> FindAllAsync(IReadOnlyList<JsonObject> wanted, CancellationToken cancellation) =>
        FindAsync(wanted, resource => Removes(resource) || resource == Resource.ConfigMaps, cancellation);

    /// <summary>Removes objects.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RemoveAsync(IReadOnlyList<SurplusObject> surplus, CancellationToken cancellation)
    {
        foreach (var gone in surplus)
        {
            await cluster.DeleteAsync(gone.Resource, gone.Live.Name(), cancellation);
            context.Log.Information("{Kind:l}/{Name:l}: removed, no manifest has it any more", gone.Resource.Kind, gone.Live.Name());
        }

        return surplus.Count;
    }

    private async Task<IReadOnlyList<SurplusObject>> FindAsync(IReadOnlyList<JsonObject> wanted, Func<Resource, bool> removes, CancellationToken cancellation)
    {
        if (context.Options.Release.EnvironmentName is not { Length: > 0 } environment)
            return [];
        var stays = wanted.Select(m => (m.Kind(), GroupOf(m.Text("apiVersion")!), m.Name())).ToHashSet();
        var surplus = new Dictionary<(string, string, string), SurplusObject>();
        foreach (var resource in await KindsAsync(wanted, removes, cancellation))
            foreach (var found in await ListAsync(resource, environment, cancellation))
                if (!stays.Contains((resource.Kind, GroupOf(resource.ApiVersion), found.Name())))
                    surplus.TryAdd((resource.Kind, GroupOf(resource.ApiVersion), found.Name()), new SurplusObject(resource, found));
        return [.. surplus.Values.OrderByDescending(s => ApplyOrder.Rank(s.Resource.Kind))];
    }

    // Whatever a kept release applied.
    private async Task<IReadOnlyList<Resource>> KindsAsync(IReadOnlyList<JsonObject> wanted, Func<Resource, bool> removes, CancellationToken cancellation)
    {
        var history = await new RecordStore(cluster).ReadAsync(cancellation);
        var kinds = history.Releases.SelectMany(r => r.Rollout?.Objects ?? []).Select(o => (o.ApiVersion, o.Kind))
            .Concat(wanted.Select(m => (m.Text("apiVersion")!, m.Kind())))
            .Distinct();
        var found = new List<Resource>();
        foreach (var (version, kind) in kinds)
            if (await discovery.FindAsync(version, kind, cancellation) is { } resource && removes(resource))
                found.Add(resource);
        return found;
    }

    // A controller gives what it makes the labels of what it makes it for.
    private async Task<IEnumerable<JsonObject>> ListAsync(Resource resource, string environment, CancellationToken cancellation)
    {
        try
        {
            var found = await cluster.ListAsync(resource, $"{ManifestSet.AppliedLabel}={environment}", cancellation);
            return found.Where(o => !o.Items("metadata", "ownerReferences").Any());
        }
        catch (ClusterRequestException e) when (e.LacksRight)
        {
            context.Log.Warning("Nobody looked for {Kinds:l} that no manifest has any more: no right to list them", resource.Plural);
            return [];
        }
    }

    private static string GroupOf(string apiVersion) => apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion.Split('/')[0] : "";
}

/// <summary>An object that no manifest has any more.</summary>
/// <param name="Resource">Its kind.</param>
/// <param name="Live">The object as it is.</param>
internal sealed record SurplusObject(Resource Resource, JsonObject Live);
