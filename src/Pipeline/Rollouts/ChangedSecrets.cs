using System.Collections.Immutable;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Tells which Secrets have other values than a release left in them. A record keeps what shows that, and never the values.</summary>
internal static class ChangedSecrets
{
    /// <summary>The names of those that are there with other values; one that may not be read is left out.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="applied">What the release applied.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public static async Task<IReadOnlyList<string>> AmongAsync(ClusterConnection cluster, ImmutableArray<AppliedObject> applied, CancellationToken cancellation)
    {
        var changed = new List<string>();
        foreach (var secret in applied.Where(o => o.Kind == Resource.Secrets.Kind && o.Hash is not null))
            if (await IsChangedAsync(cluster, secret, cancellation))
                changed.Add(secret.Name);
        return changed;
    }

    private static async Task<bool> IsChangedAsync(ClusterConnection cluster, AppliedObject secret, CancellationToken cancellation)
    {
        try
        {
            return await cluster.FindAsync(Resource.Secrets, secret.Name, cancellation) is { } stored && SecretHash.Of(stored) != secret.Hash;
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            return false;
        }
    }
}
