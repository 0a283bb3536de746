using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster.Patches;

namespace Pipeline.Sandbox.Cluster.Apply;

/// <summary>How elements of a keyed list are named in a <see cref="FieldSet"/>.</summary>
internal static class KeyedList
{
    /// <summary><c>k:{"name":"api"}</c> or <c>v:"x"</c>.</summary>
    public static string NameOf(JsonNode? element, ListShape shape)
    {
        if (shape.Keys.Count == 0)
            return $"v:{element?.ToJsonString()}";
        var keys = new JsonObject();
        foreach (var key in shape.Keys.Order(StringComparer.Ordinal))
            if ((element as JsonObject)?[key] is { } value)
                keys[key] = value.DeepClone();
            else if (key == "protocol")
                // The schema's default is part of the key even where the manifest leaves it out.
                keys[key] = "TCP";
        return $"k:{Text(keys)}";
    }

    /// <summary>The list's elements by their names, in their order.</summary>
    public static IEnumerable<(string Name, JsonNode? Element)> Named(JsonArray list, ListShape shape) => list.Select(e => (NameOf(e, shape), e));

    // The API writes the quotation marks of a key plainly, whatever else the key holds.
    private static string Text(JsonObject keys) => keys.ToJsonString(Plain);

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
