using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Pipeline.Previews;

/// <summary>A field that would change.</summary>
/// <param name="Path">As in <c>spec.template.spec.containers[api].image</c>.</param>
/// <param name="Before">What is live; null when the field is new.</param>
/// <param name="After">What would be; null when the field goes.</param>
internal sealed record FieldChange(string Path, string? Before, string? After);

/// <summary>Compares two objects field by field; the items of a list are matched by what names them.</summary>
internal static partial class FieldDiff
{
    private const string Mask = "***";

    // A volume may be mounted twice and a variable named once: the first key by which all items differ is theirs.
    private static readonly string[] Keys = ["name", "mountPath", "key", "topologyKey", "containerPort", "port", "ip", "type"];

    /// <summary>The fields that differ, secrets masked.</summary>
    public static IEnumerable<FieldChange> Of(JsonObject? before, JsonObject? after)
    {
        var isSecret = (after ?? before)?.Kind() == Resource.Secrets.Kind;
        return Compare("", before, after).Select(c => isSecret || IsSecret().IsMatch(c.Path) ? Masked(c) : c);
    }

    private static IEnumerable<FieldChange> Compare(string path, JsonNode? before, JsonNode? after) => (before, after) switch
    {
        _ when JsonNode.DeepEquals(before, after) => [],
        (JsonObject or null, JsonObject or null) when Count(before) + Count(after) > 0 => Fields(path, before as JsonObject, after as JsonObject),
        (JsonArray or null, JsonArray or null) when KeyOf([.. Items(before), .. Items(after)], before, after) is { } key => Named(path, key, before, after),
        (JsonArray left, JsonArray right) when left.Count == right.Count && left.Concat(right).All(i => i is JsonObject) =>
            left.Zip(right).SelectMany((pair, at) => Compare($"{path}[{at}]", pair.First, pair.Second)),
        _ => [new FieldChange(path, Text(before), Text(after))],
    };

    private static IEnumerable<FieldChange> Fields(string path, JsonObject? before, JsonObject? after) =>
        from name in Names(before).Union(Names(after))
        let below = name.AsSpan().ContainsAny("./") ? $"{path}[{name}]" : path.Length == 0 ? name : $"{path}.{name}"
        from change in Compare(below, before?[name], after?[name])
        select change;

    private static IEnumerable<FieldChange> Named(string path, string key, JsonNode? before, JsonNode? after)
    {
        var (left, right) = (Items(before).ToDictionary(i => $"{i![key]}"), Items(after).ToDictionary(i => $"{i![key]}"));
        return left.Keys.Union(right.Keys).SelectMany(n => Compare($"{path}[{n}]", left.GetValueOrDefault(n), right.GetValueOrDefault(n)));
    }

    private static string? KeyOf(List<JsonNode?> items, JsonNode? before, JsonNode? after) => items.Count == 0 || items.Exists(i => i is not JsonObject)
        ? null
        : Array.Find(Keys, k => items.TrueForAll(i => i![k] is not null) && IsDistinct(before, k) && IsDistinct(after, k));

    private static bool IsDistinct(JsonNode? list, string key) => Items(list).Select(i => $"{i![key]}").Distinct().Count() == Count(list);

    private static IEnumerable<JsonNode?> Items(JsonNode? list) => list as JsonArray ?? [];

    private static IEnumerable<string> Names(JsonObject? node) => node?.Select(f => f.Key) ?? [];

    private static int Count(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Count,
        JsonArray items => items.Count,
        _ => 0,
    };

    private static string? Text(JsonNode? node) => node is JsonValue value ? value.ToString() : node?.ToJsonString();

    // That it changes may be seen, what it is may not.
    private static FieldChange Masked(FieldChange change) =>
        change with { Before = change.Before is null ? null : Mask, After = change.After is null ? null : Mask };

    // A variable or a setting that is named like a secret and should have stood in one.
    [GeneratedRegex(@"(env\[[^\]]*|^data[.\[].*)(password|passwd|secret|token|credential|private|(api|access|encryption|signing)_?key)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex IsSecret();
}
