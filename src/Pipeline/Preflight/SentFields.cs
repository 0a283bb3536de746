using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Preflight;

/// <summary>Compares what was sent with what a server keeps, which has more: defaults, its own fields, other managers' items.</summary>
internal static class SentFields
{
    // What tells the items of the API's lists apart, most telling first.
    private static readonly string[] Keys = ["name", "key", "mountPath", "topologyKey", "containerPort", "port", "ip", "type"];

    /// <summary>The paths of fields that were sent and are not kept, whatever their value.</summary>
    public static IEnumerable<string> Missing(JsonNode? sent, JsonNode? kept) => Leaves(sent, kept, "").Where(l => l.Kept is null).Select(l => l.Path);

    /// <summary>The fields that were sent and are kept with another value.</summary>
    public static IEnumerable<(string Path, JsonNode Sent, JsonNode Kept)> Changed(JsonNode? sent, JsonNode? kept) =>
        Leaves(sent, kept, "").Where(l => l.Kept is not null && !IsSame(l.Sent.ToString(), l.Kept.ToString())).Select(l => (l.Path, l.Sent, l.Kept!));

    /// <summary>True when a field that was sent is kept with another value, or not at all.</summary>
    public static bool AreOther(JsonNode? sent, JsonNode? kept) => Missing(sent, kept).Any() || Changed(sent, kept).Any();

    /// <summary>True for a number or text whose emptiness may ask for the server's own value: a <c>clusterIP</c>, a <c>nodePort</c>, a probe's period.</summary>
    public static bool MayBeFilledIn(JsonNode sent) => sent is JsonValue value && value.GetValueKind() != JsonValueKind.False && IsEmpty(value);

    private static IEnumerable<(string Path, JsonNode Sent, JsonNode? Kept)> Leaves(JsonNode? sent, JsonNode? kept, string path) => (sent, kept) switch
    {
        (null, _) => [],
        _ when IsEmpty(sent) && IsEmpty(kept) => [],
        (JsonObject fields, JsonObject stored) => fields.SelectMany(f => Leaves(f.Value, stored[f.Key], path.Length == 0 ? f.Key : $"{path}.{f.Key}")),
        (JsonArray items, JsonArray stored) => items.SelectMany((item, i) => Leaves(item, Same(item, i, stored), $"{path}[{Label(item, i)}]")),
        _ => [(path, sent, kept)],
    };

    // The API leaves out what is empty, zero or false: that it is missing says nothing. The text "false" is neither.
    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null or JsonObject { Count: 0 } or JsonArray { Count: 0 } => true,
        JsonValue value => (value.GetValueKind(), value.ToString()) is (JsonValueKind.False, _) or (JsonValueKind.Number, "0") or (JsonValueKind.String, ""),
        _ => false,
    };

    // 1000m is kept as 1.
    private static bool IsSame(string sent, string kept) => sent == kept || (PodAmounts.TryQuantity(sent) is { } amount && amount == PodAmounts.TryQuantity(kept));

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
