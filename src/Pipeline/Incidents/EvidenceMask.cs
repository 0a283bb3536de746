using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Pipeline.Incidents;

/// <summary>Evidence is passed around: it must not carry what a manifest or a log says in plain text and should have kept in a Secret.</summary>
internal static partial class EvidenceMask
{
    private const string Mask = "***";

    // The whole manifest again, as one text.
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The object without bookkeeping, and without the values of variables and keys that are named like secrets.</summary>
    public static JsonObject Without(JsonObject found)
    {
        var clean = (JsonObject)found.DeepClone();
        clean.At("metadata")?.Remove("managedFields");
        clean.At("metadata", "annotations")?.Remove(LastApplied);
        // Compressed manifests of a release: long, and kept readable elsewhere.
        clean.Remove("binaryData");
        foreach (var key in (clean.At("data") ?? []).Select(d => d.Key).Where(IsSecretName).ToList())
            clean["data"]![key] = Mask;
        MaskIn(clean);
        return clean;
    }

    /// <summary>True for the name of a variable or key whose value nobody should read.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    /// <summary>A text without what looks like a secret in it: <c>password=…</c>, <c>Authorization: Bearer …</c>, tokens and private keys.</summary>
    public static string Without(string text)
    {
        text = PrivateKey().Replace(text, Mask);
        text = WebToken().Replace(text, Mask);
        text = Authorization().Replace(text, $"${{before}}{Mask}");
        return Assigned().Replace(text, $"${{before}}{Mask}");
    }

    private static void MaskIn(JsonNode? node)
    {
        if (node is JsonObject found && found["value"] is JsonValue && IsSecretName(found.Text("name") ?? ""))
            found["value"] = Mask;
        var below = node switch
        {
            JsonObject fields => fields.Select(f => f.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in below)
            MaskIn(child);
    }

    [GeneratedRegex("password|passwd|passphrase|secret|token|credential|private|(api|access|encryption|signing)_?key", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    // DB_PASSWORD=word, "api_key": "word", --token=word, also inside a JSON text inside JSON, where quotes are escaped.
    [GeneratedRegex(
        """(?<before>(?<![a-z0-9_-])[a-z0-9_-]*(password|passwd|passphrase|secret|token|(api|access|encryption|signing)[_-]?key)\\?["']?\s*[=:]\s*\\?["']?)(?!(true|false|null)\b)[^\s"'\\,;&{}\[\]]+""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Assigned();

    [GeneratedRegex("""(?<before>\bbearer\s+|\bauthorization\\?["']?\s*[=:]\s*\\?["']?([a-z]+\s+)?)[a-z0-9+/=._~-]{8,}""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Authorization();

    [GeneratedRegex(@"\beyJ[\w-]+\.[\w-]+\.[\w-]*")]
    private static partial Regex WebToken();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex PrivateKey();
}
