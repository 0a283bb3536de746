using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Pipeline.Incidents;

/// <summary>Evidence is passed around: it must not carry what a manifest or a log says in plain text and should have kept in a Secret.</summary>
internal static partial class EvidenceMask
{
    private const string Mask = "***";

    // DB_PASSWORD, api-key, smtpPass: nothing may follow what makes a name a secret's.
    private const string AssignedName =
        "[a-z0-9_-]*(password|passwd|passphrase|secret|token|(api|access|encryption|signing)[_-]?key|(?<![a-z])(pass|pwd|dsn|jwt|auth)|(?-i:(?<=[a-z0-9])(Pass|Pwd|Dsn|Jwt|Auth)))";

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
        text = Listed().Replace(text, $"${{before}}{Mask}");
        text = Authorization().Replace(text, $"${{before}}{Mask}");
        return Assigned().Replace(text, $"${{before}}{Mask}");
    }

    /// <summary>The node without the values of variables and command line flags that are named like secrets.</summary>
    public static JsonNode WithoutValues(JsonNode found)
    {
        var clean = found.DeepClone();
        MaskIn(clean);
        return clean;
    }

    /// <summary>The same for lines that belong together: a private key spans many.</summary>
    public static IReadOnlyList<string> WithoutIn(IReadOnlyList<string> lines) => lines.Count == 0 ? [] : Without(string.Join('\n', lines)).Split('\n');

    private static void MaskIn(JsonNode? node)
    {
        if (node is JsonObject found && found["value"] is JsonValue && IsSecretName(found.Text("name") ?? ""))
            found["value"] = Mask;
        if (node is JsonArray words)
            MaskFlags(words);
        var below = node switch
        {
            JsonObject fields => fields.Select(f => f.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in below)
            MaskIn(child);
    }

    // ["--db-password=word"] and ["--db-password", "word"]
    private static void MaskFlags(JsonArray words)
    {
        for (var at = 0; at < words.Count; at++)
        {
            if (words[at] is not JsonValue || $"{words[at]}" is not ['-', ..] word || !IsSecretName(word.Split('=')[0]))
                continue;
            if (word.Contains('=', StringComparison.Ordinal))
                words[at] = $"{word.Split('=')[0]}={Mask}";
            else if (at + 1 < words.Count && words[at + 1] is JsonValue && $"{words[at + 1]}" is not ['-', ..])
                words[++at] = Mask;
        }
    }

    // The short words only as a whole part of a name: author, compass and bypassed hold no secret.
    [GeneratedRegex(
        "password|passwd|passphrase|secret|token|credential|private|(api|access|encryption|signing)[_-]?key|(?<![a-z])(pass|pwd|dsn|jwt|auth)(?![a-z])|(?-i:(?<=[a-z0-9])(Pass|Pwd|Dsn|Jwt|Auth)(?![a-z]))",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex SecretName();

    // DB_PASSWORD=word, "api_key": "word", --token=word, also inside a JSON text inside JSON, where quotes are escaped.
    [GeneratedRegex(
        "(?<before>(?<![a-z0-9_-])" + AssignedName + """\\?["']?\s*[=:]\s*\\?["']?)(?!(true|false|null)\b)((?<=")[^"\\\r\n]+|(?<=')[^'\\\r\n]+|[^\s"'\\,;&{}\[\]]+)""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Assigned();

    // "--db-password", "word"
    [GeneratedRegex("""(?<before>["']--?""" + AssignedName + """\\?["']\s*,\s*\\?["'])[^"'\\\r\n]+""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Listed();

    [GeneratedRegex("""(?<before>\bbearer\s+|\bauthorization\\?["']?\s*[=:]\s*\\?["']?([a-z]+\s+)?)[a-z0-9+/=._~-]{8,}""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Authorization();

    [GeneratedRegex(@"\beyJ[\w-]+\.[\w-]+\.[\w-]*")]
    private static partial Regex WebToken();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex PrivateKey();
}
