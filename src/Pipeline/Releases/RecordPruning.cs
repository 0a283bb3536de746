using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Releases;

/// <summary>Forgets old records, and configuration that no kept release refers to.</summary>
internal sealed class RecordPruning(ClusterConnection cluster)
{
    /// <summary>Keeps the newest records and whatever the live release, the previous good one and those that kept rollbacks brought back need.</summary>
    public async Task RunAsync(int keep, CancellationToken cancellation)
    {
        var store = new RecordStore(cluster);
        var history = await store.ReadAsync(cancellation);
        var superfluous = history.Superfluous(keep).ToHashSet();
        // Oldest first: a pruning that is cut off must not forget a rollback and keep the release that it left.
        foreach (var release in superfluous.OrderBy(r => r.Number))
            await store.DeleteAsync(release.Number, cancellation);
        var needed = history.Releases.Where(r => !superfluous.Contains(r)).SelectMany(r => r.Rollout?.Objects ?? [])
            .Where(o => o.Kind == Resource.ConfigMaps.Kind).Select(o => o.Name).ToHashSet();
        // Without a single finished rollout nobody knows yet what is needed, nor what a record that cannot be read refers to.
        if (needed.Count == 0 || history.Unreadable.Count > 0)
            return;
        foreach (var map in await cluster.ListAsync(Resource.ConfigMaps, $"{ManifestSet.AppliedLabel}={history.Latest!.Environment}", cancellation))
            if (!needed.Contains(map.Name()))
                await cluster.DeleteAsync(Resource.ConfigMaps, map.Name(), cancellation);
    }
}
