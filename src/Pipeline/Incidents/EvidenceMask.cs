using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Pipeline.Incidents;

/// <summary>Evidence is passed around: it must not carry what a manifest says in plain text and should have kept in a Secret.</summary>
internal static partial class EvidenceMask
{
    // The whole manifest again, as one text.
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The object without bookkeeping, and without the values of variables that are named like secrets.</summary>
    public static JsonObject Without(JsonObject found)
    {
        var clean = (JsonObject)found.DeepClone();
        clean.At("metadata")?.Remove("managedFields");
        clean.At("metadata", "annotations")?.Remove(LastApplied);
        MaskIn(clean);
        return clean;
    }

    private static void MaskIn(JsonNode? node)
    {
        if (node is JsonObject found && found["value"] is JsonValue && SecretName().IsMatch(found.Text("name") ?? ""))
            found["value"] = "***";
        var below = node switch
        {
            JsonObject fields => fields.Select(f => f.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in below)
            MaskIn(child);
    }

    [GeneratedRegex("password|passwd|secret|token|credential|private|(api|access|encryption|signing)_?key", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
