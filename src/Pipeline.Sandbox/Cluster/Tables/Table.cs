using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster.Tables;

/// <summary>Objects as rows, as <c>kubectl get</c> reads them.</summary>
internal static class Table
{
    /// <param name="kind">The objects' kind.</param>
    /// <param name="items">The objects.</param>
    /// <param name="metadata">The list's metadata.</param>
    /// <param name="include">How much of each object goes with its row: <c>None</c>, <c>Metadata</c>, or <c>Object</c>, by which kubectl sorts.</param>
    /// <param name="now">The time by which ages are told.</param>
    public static JsonObject Of(ResourceKind kind, IReadOnlyList<StoredObject> items, JsonObject metadata, string? include, DateTimeOffset now)
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
            ["object"] = include switch
            {
                "None" => null,
                "Object" => o.Content.DeepClone(),
                _ => new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = o.Content["metadata"]?.DeepClone() },
            },
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
