using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Preflight;

/// <summary>Finds signs that something adds nodes when pods find no room: what does not fit now may fit a minute later.</summary>
internal static class NodeAutoscaler
{
    private const string Karpenter = "karpenter.sh";

    /// <summary>The sign in words; null when there is none, or none that this account may see.</summary>
    public static async Task<string?> FindAsync(ClusterConnection cluster, IReadOnlyList<JsonObject> nodes, CancellationToken cancellation)
    {
        if (nodes.Any(n => (n.At("metadata", "labels") ?? []).Any(l => l.Key.StartsWith($"{Karpenter}/", StringComparison.Ordinal))) || await TryAsync(cluster, $"apis/{Karpenter}", cancellation) is not null)
            return "Karpenter";
        // The cluster-autoscaler writes its state there, and an event about each pod that it looked at.
        return await TryAsync(cluster, Resource.ConfigMaps.PathIn("kube-system", "cluster-autoscaler-status"), cancellation) is not null || await HasSpokenAsync(cluster, cancellation) ? "the cluster-autoscaler" : null;
    }

    private static async Task<bool> HasSpokenAsync(ClusterConnection cluster, CancellationToken cancellation)
    {
        foreach (var reason in (string[])["TriggeredScaleUp", "NotTriggerScaleUp"])
            if (await TryAsync(cluster, $"{Resource.Events.PathIn(cluster.Namespace)}?limit=1&fieldSelector=reason%3D{reason}", cancellation) is { } said && said.Items("items").Any())
                return true;
        return false;
    }

    // Whoever may not look sees no sign, and is told what does not fit all the same.
    private static async Task<JsonObject?> TryAsync(ClusterConnection cluster, string path, CancellationToken cancellation)
    {
        try
        {
            return await cluster.SendAsync(HttpMethod.Get, path, null, cancellation);
        }
        catch (ClusterRequestException e) when (e.IsForbidden || e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
