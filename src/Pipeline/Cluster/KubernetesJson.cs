using System.Text.Json.Nodes;

namespace Pipeline.Cluster;

/// <summary>Reading Kubernetes objects that stay JSON. A missing field is null or zero, never an error.</summary>
public static class KubernetesJson
{
    /// <summary>The object at a path of field names, or null.</summary>
    public static JsonObject? At(this JsonObject? node, params ReadOnlySpan<string> path)
    {
        foreach (var field in path)
            node = node?[field] as JsonObject;
        return node;
    }

    /// <summary>The text at a path of field names, or null.</summary>
    public static string? Text(this JsonObject? node, params ReadOnlySpan<string> path) =>
        path is [.. var parents, var last] && node.At(parents)?[last] is JsonValue value ? value.ToString() : null;

    /// <summary>The number at a path of field names; zero when it is missing, as the API leaves zeros out.</summary>
    public static long Number(this JsonObject? node, params ReadOnlySpan<string> path) =>
        long.TryParse(node.Text(path), out var number) ? number : 0;

    /// <summary>The objects in the list at a path of field names.</summary>
    public static IEnumerable<JsonObject> Items(this JsonObject? node, params ReadOnlySpan<string> path) =>
        path is [.. var parents, var last] && node.At(parents)?[last] is JsonArray list ? list.OfType<JsonObject>() : [];

    /// <summary><c>metadata.name</c>.</summary>
    public static string Name(this JsonObject node) => node.Text("metadata", "name") ?? "";

    /// <summary><c>kind</c>.</summary>
    public static string Kind(this JsonObject node) => node.Text("kind") ?? "";

    /// <summary>The condition of a type in <c>status.conditions</c>, or null.</summary>
    public static JsonObject? Condition(this JsonObject node, string type) =>
        node.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == type);
}
