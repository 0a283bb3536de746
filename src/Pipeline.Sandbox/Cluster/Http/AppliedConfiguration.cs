using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Takes out of an applied configuration what its author cannot own.</summary>
internal static class AppliedConfiguration
{
    public static void Clean(JsonObject wanted, ApiRequest request)
    {
        DropNulls(wanted);
        foreach (var field in (string[])["resourceVersion", "uid", "creationTimestamp", "generation", "managedFields", "selfLink"])
            wanted.At("metadata")!.Remove(field);
        if (request.Path.Subresource == "status")
            foreach (var field in wanted.Select(f => f.Key).Where(f => f is not ("status" or "metadata" or "kind" or "apiVersion")).ToList())
                wanted.Remove(field);
        else if (request.Served.Has("status"))
            wanted.Remove("status");
    }

    private static void DropNulls(JsonNode? node)
    {
        if (node is JsonObject map)
            foreach (var (name, value) in map.ToList())
                if (value is null)
                    map.Remove(name);
                else
                    DropNulls(value);
        else if (node is JsonArray list)
            foreach (var value in list)
                DropNulls(value);
    }
}
