using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;
using Pipeline.Incidents;

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
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The fields that differ, secrets masked.</summary>
    public static IEnumerable<FieldChange> Of(JsonObject? before, JsonObject? after)
    {
        var isSecret = (after ?? before)?.Kind() == Resource.Secrets.Kind;
        return Compare("", before, after).Select(d => isSecret || IsSecret(d.Path) ? d.Show(_ => Mask) : d.Show(Shown));
    }

    /// <summary>The fields that differ as they are: never for a person's eyes.</summary>
    public static IEnumerable<FieldChange> Unmasked(JsonObject? before, JsonObject? after) => Compare("", before, after).Select(d => d.Show(Text));

    private static IEnumerable<Difference> Compare(string path, JsonNode? before, JsonNode? after) => (before, after) switch
    {
        _ when JsonNode.DeepEquals(before, after) => [],
        (JsonObject or null, JsonObject or null) when Count(before) + Count(after) > 0 => Fields(path, before as JsonObject, after as JsonObject),
        (JsonArray or null, JsonArray or null) when KeyOf([.. Items(before), .. Items(after)], before, after) is { } key => Named(path, key, before, after),
        (JsonArray left, JsonArray right) when left.Count == right.Count && left.Concat(right).All(i => i is JsonObject) =>
            left.Zip(right).SelectMany((pair, at) => Compare($"{path}[{at}]", pair.First, pair.Second)),
        _ => [new Difference(path, before, after)],
    };

    private static IEnumerable<Difference> Fields(string path, JsonObject? before, JsonObject? after) =>
        from name in Names(before).Union(Names(after))
        let below = name.AsSpan().ContainsAny("./") ? $"{path}[{name}]" : path.Length == 0 ? name : $"{path}.{name}"
        from change in Compare(below, before?[name], after?[name])
        select change;

    private static IEnumerable<Difference> Named(string path, string key, JsonNode? before, JsonNode? after)
    {
        var (left, right) = (ByName(before, key), ByName(after, key));
        return left.Keys.Union(right.Keys).SelectMany(n => Compare($"{path}[{n}]", left.GetValueOrDefault(n), right.GetValueOrDefault(n)));
    }

    // A variable may be named twice; the last one counts, and each of them may hold a secret.
    private static Dictionary<string, JsonNode?> ByName(JsonNode? list, string key) => Items(list).GroupBy(i => $"{i![key]}")
        .SelectMany(g => g.Select((item, at) => (Name: at == 0 ? g.Key : $"{g.Key} #{at + 1}", Item: item))).ToDictionary(i => i.Name, i => i.Item);

    private static string? KeyOf(List<JsonNode?> items, JsonNode? before, JsonNode? after) => items.Count == 0 || items.Exists(i => i is not JsonObject)
        ? null
        : Array.Find(Keys, k => items.TrueForAll(i => i![k] is not null) && IsDistinct(before, k) && IsDistinct(after, k))
            ?? (items.TrueForAll(i => i![Keys[0]] is not null) ? Keys[0] : null);

    private static bool IsDistinct(JsonNode? list, string key) => Items(list).Select(i => $"{i![key]}").Distinct().Count() == Count(list);

    private static IEnumerable<JsonNode?> Items(JsonNode? list) => list as JsonArray ?? [];

    private static IEnumerable<string> Names(JsonObject? node) => node?.Select(f => f.Key) ?? [];

    private static int Count(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Count,
        JsonArray items => items.Count,
        _ => 0,
    };

    private static string Text(JsonNode node) => node is JsonValue value ? value.ToString() : node.ToJsonString();

    // A file in a ConfigMap and a command line may hold what should have stood in a Secret.
    private static string Shown(JsonNode node) =>
        EvidenceMask.Without(node is JsonValue value ? value.ToString() : EvidenceMask.WithoutValues(node).ToJsonString(Readable));

    // A variable or a setting that is named like a secret and should have stood in one.
    private static bool IsSecret(string path) => NameIn().Match(path) is { Success: true } named && EvidenceMask.IsSecretName(named.Groups["name"].Value);

    [GeneratedRegex(@"env\[(?<name>[^\]]*)|^data[.\[](?<name>.*)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex NameIn();

    // That it changes may be seen, what it is may not always.
    private sealed record Difference(string Path, JsonNode? Before, JsonNode? After)
    {
        public FieldChange Show(Func<JsonNode, string> text) => new(Path, Before is null ? null : text(Before), After is null ? null : text(After));
    }
}
