using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Says whose fields a manifest would take.</summary>
internal static partial class FieldConflict
{
    /// <summary>The object, each other manager with its fields, and the flag that takes them over.</summary>
    /// <param name="manifest">What was refused.</param>
    /// <param name="refusal">The server's answer. Its causes are
    /// <c>{reason: FieldManagerConflict, message: 'conflict with "kubectl-edit" using v1', field: .spec.ports}</c>.</param>
    public static string Sentence(JsonObject manifest, ClusterRequestException refusal)
    {
        var owners = from cause in refusal.Causes
                     let manager = Manager().Match(cause.Text("message") ?? "")
                     where manager.Success && cause.Text("field") is not null
                     group cause.Text("field")! by manager.Groups["name"].Value;
        var said = string.Join("; ", owners.Select(o => $"'{o.Key}' manages {string.Join(", ", o.Distinct())}"));
        return $"{manifest.Kind()}/{manifest.Name()} was not applied, somebody else manages some of its fields: {(said.Length > 0 ? said + "." : refusal.Message)} Leave them out of the manifest, or pass --take-over-fields to take them over.";
    }

    [GeneratedRegex("conflict with \"(?<name>[^\"]+)\"")]
    private static partial Regex Manager();
}
