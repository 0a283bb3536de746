using System.Text.Json.Nodes;

namespace Pipeline.Preflight;

/// <summary>Compares what was sent with what a server keeps, which has more: defaults, its own fields, other managers' items.</summary>
internal static class SentFields
{
    // What tells the items of the API's lists apart, most telling first.
    private static readonly string[] Keys = ["name", "key", "mountPath", "topologyKey", "containerPort", "port", "ip", "type"];

    /// <summary>The paths of fields that were sent and are not kept, whatever their value.</summary>
    public static IEnumerable<string> Missing(JsonNode? sent, JsonNode? kept, string path = "") => (sent, kept) switch
    {
        _ when IsEmpty(sent) => [],
        (_, null) => [path],
        (JsonObject fields, JsonObject stored) => fields.SelectMany(f => Missing(f.Value, stored[f.Key], path.Length == 0 ? f.Key : $"{path}.{f.Key}")),
        (JsonArray items, JsonArray stored) => items.SelectMany((item, i) => Missing(item, Same(item, i, stored), $"{path}[{Label(item, i)}]")),
        _ => [],
    };

    /// <summary>True when a field that was sent is kept with another value, or not at all.</summary>
    public static bool AreOther(JsonNode? sent, JsonNode? kept) => (sent, kept) switch
    {
        _ when IsEmpty(sent) => false,
        (_, null) => true,
        (JsonObject fields, JsonObject stored) => fields.Any(f => AreOther(f.Value, stored[f.Key])),
        (JsonArray items, JsonArray stored) => items.Count != stored.Count || items.Where((item, i) => AreOther(item, Same(item, i, stored))).Any(),
        _ => sent!.ToString() != kept.ToString(),
    };

    // The API leaves out what is empty, zero or false: that it is missing says nothing.
    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null or JsonObject { Count: 0 } or JsonArray { Count: 0 } => true,
        JsonValue value => value.ToString() is "" or "0" or "false",
        _ => false,
    };

    private static JsonNode? Same(JsonNode? item, int index, JsonArray stored)
    {
        if (item is not JsonObject wanted)
            return stored.FirstOrDefault(s => s?.ToString() == item?.ToString());
        var key = Array.Find(Keys, wanted.ContainsKey);
        return key is null ? stored.ElementAtOrDefault(index) : stored.FirstOrDefault(s => (s as JsonObject)?[key]?.ToString() == wanted[key]?.ToString());
    }

    private static string Label(JsonNode? item, int index) =>
        item is JsonObject wanted && Array.Find(Keys, wanted.ContainsKey) is { } key ? wanted[key]!.ToString() : $"{index}";
}
