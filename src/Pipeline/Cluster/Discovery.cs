using System.Net;
using Pipeline.Errors;

namespace Pipeline.Cluster;

/// <summary>Asks the cluster which kinds it serves; each API group once.</summary>
internal sealed class Discovery(ClusterConnection cluster)
{
    private readonly Dictionary<string, IReadOnlyList<Resource>> groups = [];

    /// <summary>The kind as the cluster serves it, or null when it does not.</summary>
    public async Task<Resource?> FindAsync(string apiVersion, string kind, CancellationToken cancellation)
    {
        if (!groups.TryGetValue(apiVersion, out var served))
            groups[apiVersion] = served = await ReadAsync(apiVersion, cancellation);
        return served.FirstOrDefault(r => r.Kind == kind);
    }

    /// <summary>The kind as the cluster serves it.</summary>
    /// <exception cref="FailureException">It does not serve it.</exception>
    public async Task<Resource> GetAsync(string apiVersion, string kind, CancellationToken cancellation) =>
        await FindAsync(apiVersion, kind, cancellation)
        ?? throw FailureException.Refused($"The cluster does not serve {apiVersion} {kind}. Nothing was applied. Change the manifest's apiVersion, or install what brings that kind.");

    /// <summary>Asks again: the cluster may serve more than it did.</summary>
    public void Forget() => groups.Clear();

    private async Task<IReadOnlyList<Resource>> ReadAsync(string apiVersion, CancellationToken cancellation)
    {
        try
        {
            var list = await cluster.SendAsync(HttpMethod.Get, new Resource(apiVersion, "", "").GroupPath, null, cancellation);
            // Subresources such as deployments/status repeat the kind.
            return [.. from item in list.Items("resources")
                       where !item.Text("name")!.Contains('/', StringComparison.Ordinal)
                       select new Resource(apiVersion, item.Kind(), item.Text("name")!, item.Text("namespaced") == "true")];
        }
        catch (ClusterRequestException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return [];
        }
    }
}
