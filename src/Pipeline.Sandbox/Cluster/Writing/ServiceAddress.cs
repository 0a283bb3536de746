using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Writing;

/// <summary>Gives a Service its address from 10.96.0.0/16.</summary>
internal static class ServiceAddress
{
    public static void Allot(ClusterStore store, JsonObject service)
    {
        if (service.At("spec") is not { } spec || spec.Text("type") == "ExternalName")
            return;
        if (spec.Text("clusterIP") is not { Length: > 0 } address)
        {
            var taken = store.List(ResourceKind.Services).Items.Select(s => s.Content.Text("spec", "clusterIP")).ToHashSet();
            // The first address is the API server's own.
            address = Enumerable.Range(2, 0xfffc).Select(n => $"10.96.{n >> 8}.{n & 255}").First(a => !taken.Contains(a));
            spec["clusterIP"] = address;
        }

        spec["clusterIPs"] ??= new JsonArray(address);
    }
}
