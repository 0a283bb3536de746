using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Finds in an object's <c>managedFields</c> who wrote a field last.</summary>
internal static class FieldOwner
{
    // What somebody may wish, as against what the cluster tells; a ConfigMap has no spec.
    private static readonly string[] Wishes = ["spec", "data", "binaryData"];

    // They fill in what the cluster decides, such as the volume of a claim.
    private static readonly string[] Controllers = ["kube-controller-manager", "kube-scheduler"];

    /// <summary>Another manager than this product that owns the field, by its name and the cluster's time; null when none does.</summary>
    /// <param name="stored">The object.</param>
    /// <param name="path">As in <c>spec.template.spec.containers[api].image</c>.</param>
    public static string? Of(JsonObject stored, string path) => stored.Items("metadata", "managedFields")
        .Where(m => !IsOurs(m) && m.At("fieldsV1") is { } owned && Owns(owned, path))
        .MaxBy(m => m.Text("time"), StringComparer.Ordinal) is { } last ? Named(last) : null;

    /// <summary>Fields of the wish that other managers added and this product never set, each with who did.</summary>
    public static IEnumerable<(string Path, string Who)> Added(JsonObject stored)
    {
        var managers = stored.Items("metadata", "managedFields").ToList();
        var ours = managers.Where(IsOurs).Select(m => m.At("fieldsV1")).OfType<JsonObject>().ToList();
        return from manager in managers
               where !IsOurs(manager) && manager.Text("subresource") is null && !Array.Exists(Controllers, c => c == manager.Text("manager"))
               from wish in Wishes
               from path in Leaves(manager.At("fieldsV1", $"f:{wish}"), wish)
               where !ours.Exists(o => Owns(o, path))
               select (path, Named(manager));
    }

    private static bool IsOurs(JsonObject manager) => manager.Text("manager") == ClusterConnection.FieldManager;

    private static string Named(JsonObject manager) => $"'{manager.Text("manager")}'{(manager.Text("time") is { } time ? $" (at {time})" : "")}";

    // An item that was added as a whole is one field.
    private static IEnumerable<string> Leaves(JsonObject? owned, string path) => owned switch
    {
        null => [],
        { Count: 0 } => [path],
        _ when owned.ContainsKey(".") && path.EndsWith(']') => [path],
        _ => owned.Where(f => f.Key != ".").SelectMany(f => Leaves(f.Value as JsonObject, path + Step(f.Key))),
    };

    private static string Step(string key) => key[..Math.Min(2, key.Length)] switch
    {
        "f:" => $".{key[2..]}",
        "k:" => $"[{Values(key[2..]).FirstOrDefault()}]",
        _ => $"[{key[2..].Trim('"')}]",
    };

    // {"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"api\"}":{".":{},"f:image":{}}}}}}}; a field's own name may hold
    // dots, so the path is taken apart along what is owned.
    private static bool Owns(JsonObject owned, string path)
    {
        if (path.Length == 0)
            return true;
        return owned.Any(f => Rest(f.Key, path) is { } rest && (f.Value is JsonObject below ? Owns(below, rest) || (below.Count == 0 && rest.Length == 0) : rest.Length == 0));
    }

    private static string? Rest(string key, string path) => key[..Math.Min(2, key.Length)] switch
    {
        "f:" => After(key[2..], path),
        "k:" => Values(key[2..]).Select(v => After($"[{v}]", path)).FirstOrDefault(r => r is not null),
        _ => null,
    };

    private static string? After(string part, string path)
    {
        if (!path.StartsWith(part, StringComparison.Ordinal))
            return null;
        var rest = path[part.Length..];
        return rest.Length == 0 || rest[0] == '[' ? rest : rest[0] == '.' ? rest[1..] : null;
    }

    private static IEnumerable<string> Values(string key)
    {
        try
        {
            return (JsonNode.Parse(key) as JsonObject ?? []).Select(v => $"{v.Value}");
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
