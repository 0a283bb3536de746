using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster.Tables;

/// <summary>Objects as rows, as <c>kubectl get</c> reads them.</summary>
internal static class Table
{
    public static JsonObject Of(ResourceKind kind, IReadOnlyList<StoredObject> items, string version, DateTimeOffset now) =>
        Of(kind, items, new JsonObject { ["resourceVersion"] = version }, now);

    public static JsonObject Of(ResourceKind kind, IReadOnlyList<StoredObject> items, JsonObject metadata, DateTimeOffset now)
    {
        var columns = Columns.Of(kind);
        var definitions = columns.Select(c => new JsonObject
        {
            ["name"] = c.Name,
            ["type"] = c.IsNumber ? "integer" : "string",
            ["format"] = c.Name == "Name" ? "name" : "",
            ["description"] = c.Name,
            ["priority"] = c.IsWide ? 1 : 0,
        });
        var rows = items.Select(o => new JsonObject
        {
            ["cells"] = new JsonArray([.. columns.Select(c => Cell(c, o, now))]),
            ["object"] = new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = o.Content["metadata"]?.DeepClone() },
        });
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = new JsonArray([.. definitions]),
            ["rows"] = new JsonArray([.. rows]),
        };
    }

    private static JsonNode? Cell(Column column, StoredObject stored, DateTimeOffset now)
    {
        var text = column.Value(stored.Content, now);
        return column.IsNumber && long.TryParse(text, out var number) ? number : text;
    }
}
