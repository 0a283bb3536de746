using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Says who owns the fields of an object, which the server otherwise decides by who writes them.</summary>
internal static class OwnerChange
{
    /// <summary>Writes <c>managedFields</c>.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="resource">The object's kind.</param>
    /// <param name="stored">The object as it was read.</param>
    /// <param name="owners">The entries.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <returns>False when somebody wrote to the object since it was read.</returns>
    public static async Task<bool> TryAsync(ClusterConnection cluster, Resource resource, JsonObject stored, JsonArray owners, CancellationToken cancellation)
    {
        JsonArray patch =
        [
            new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = owners.DeepClone() },
            new JsonObject { ["op"] = "replace", ["path"] = "/metadata/resourceVersion", ["value"] = stored.Text("metadata", "resourceVersion") },
        ];
        try
        {
            using var content = new StringContent(patch.ToJsonString(), new MediaTypeHeaderValue("application/json-patch+json"));
            await cluster.SendAsync(HttpMethod.Patch, resource.PathIn(cluster.Namespace, stored.Name()), content, cancellation);
            return true;
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            return false;
        }
    }
}
