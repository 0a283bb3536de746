using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Tells one pod template from another.</summary>
internal static class TemplateHash
{
    public const string Label = "pod-template-hash";

    // Neither vowels nor digits that look like them: no hash may spell a word.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>A short text that depends on nothing but the template and the number of collisions so far.</summary>
    public static string Of(JsonObject? template, long collisions)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, Bare(template));
        var hash = buffer.ToArray().Concat(collisions == 0 ? [] : BitConverter.GetBytes(collisions)).Aggregate(2166136261u, (h, b) => (h ^ b) * 16777619u);
        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(c => Alphabet[c % Alphabet.Length]));
    }

    /// <summary>True when two templates differ in nothing but the hash's own label.</summary>
    public static bool AreSame(JsonObject? one, JsonObject? other) => JsonNode.DeepEquals(Bare(one), Bare(other));

    private static JsonObject Bare(JsonObject? template)
    {
        var bare = template?.DeepClone() as JsonObject ?? [];
        bare.At("metadata", "labels")?.Remove(Label);
        return bare;
    }

    // Clients order fields as they like.
    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        if (node is JsonObject fields)
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                Write(writer, value);
            }

            writer.WriteEndObject();
        }
        else if (node is JsonArray items)
        {
            writer.WriteStartArray();
            foreach (var item in items)
                Write(writer, item);
            writer.WriteEndArray();
        }
        else
            writer.WriteRawValue(node is null ? Encoding.UTF8.GetBytes("null") : Encoding.UTF8.GetBytes(node.ToJsonString()));
    }
}
