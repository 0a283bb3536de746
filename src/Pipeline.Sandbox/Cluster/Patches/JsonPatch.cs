using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Patches;

/// <summary>RFC 6902, one operation after the other on one document.</summary>
internal sealed class JsonPatch(JsonObject target)
{
    /// <summary>Applies operations. A sample: <c>[{"op": "replace", "path": "/spec/replicas", "value": 2}]</c>.</summary>
    /// <exception cref="ApiException">An operation is unknown, or its path does not exist.</exception>
    public void Apply(JsonArray operations)
    {
        foreach (var operation in operations.OfType<JsonObject>())
            Apply(operation);
    }

    private void Apply(JsonObject operation)
    {
        var path = operation.Text("path") ?? throw ApiException.BadRequest("a JSON patch operation has no path");
        switch (operation.Text("op"))
        {
            case "add":
                Add(path, operation["value"]?.DeepClone());
                break;
            case "replace":
                Remove(path);
                Add(path, operation["value"]?.DeepClone());
                break;
            case "remove":
                Remove(path);
                break;
            case "test":
                Test(path, operation["value"]);
                break;
            case "copy":
                Add(path, Get(operation.Text("from") ?? "")?.DeepClone());
                break;
            case "move":
                var moved = Get(operation.Text("from") ?? "")?.DeepClone();
                Remove(operation.Text("from") ?? "");
                Add(path, moved);
                break;
            default:
                throw ApiException.BadRequest($"Unexpected kind: {operation.Text("op")}");
        }
    }

    private void Test(string path, JsonNode? wanted)
    {
        if (!JsonNode.DeepEquals(Get(path), wanted))
            throw Invalid($"testing value {path} failed: test failed");
    }

    private void Add(string path, JsonNode? value)
    {
        var (parent, last) = Parent(path);
        if (parent is JsonObject map)
            map[last] = value;
        else if (last == "-")
            ((JsonArray)parent).Add(value);
        else if (int.TryParse(last, out var at) && at >= 0 && at <= ((JsonArray)parent).Count)
            ((JsonArray)parent).Insert(at, value);
        else
            throw Missing(path, "add");
    }

    private void Remove(string path)
    {
        var (parent, last) = Parent(path);
        if (parent is JsonObject map ? map.Remove(last) : RemoveAt((JsonArray)parent, last))
            return;
        throw Missing(path, "remove");
    }

    private static bool RemoveAt(JsonArray list, string at)
    {
        if (!int.TryParse(at, out var index) || index < 0 || index >= list.Count)
            return false;
        list.RemoveAt(index);
        return true;
    }

    private JsonNode? Get(string path)
    {
        var (parent, last) = Parent(path);
        return Child(parent, last);
    }

    private (JsonNode Parent, string Last) Parent(string path)
    {
        var parts = path.Split('/').Skip(1).Select(p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToList();
        if (parts.Count == 0)
            throw Missing(path, "find");
        JsonNode node = target;
        foreach (var part in parts[..^1])
            node = Child(node, part) ?? throw Missing(path, "find");
        return node is JsonObject or JsonArray ? (node, parts[^1]) : throw Missing(path, "find");
    }

    private static JsonNode? Child(JsonNode node, string part) => node switch
    {
        JsonObject map => map[part],
        JsonArray list when int.TryParse(part, out var at) && at >= 0 && at < list.Count => list[at],
        _ => null,
    };

    private static ApiException Missing(string path, string doing) => Invalid($"{doing} operation does not apply: doc is missing path: \"{path}\": missing value");

    private static ApiException Invalid(string why) =>
        new(HttpStatusCode.UnprocessableEntity, "Invalid", $"the server rejected our request due to an error in our request: {why}");
}
