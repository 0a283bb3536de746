using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Preflight;

/// <summary>Decides whether a pod's required node affinity lets it go to a node. What is only preferred keeps no pod away.</summary>
internal static class NodeAffinity
{
    /// <param name="pod">The pod's spec.</param>
    /// <param name="node">The node.</param>
    /// <returns>True when one of its terms holds, or when it has none; in a term everything must hold (kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node).</returns>
    public static bool Admits(JsonObject pod, JsonObject node)
    {
        var required = pod.At("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
        return required is null || required.Items("nodeSelectorTerms").Any(t => Holds(t, node));
    }

    private static bool Holds(JsonObject term, JsonObject node)
    {
        var (labels, fields) = (term.Items("matchExpressions").ToList(), term.Items("matchFields").ToList());
        // A term that asks for nothing selects nothing.
        return labels.Count + fields.Count > 0
            && labels.TrueForAll(e => Matches(e, node.At("metadata", "labels").Text(e.Text("key") ?? "")))
            && fields.TrueForAll(e => Matches(e, e.Text("key") == "metadata.name" ? node.Name() : null));
    }

    private static bool Matches(JsonObject expression, string? value) => expression.Text("operator") switch
    {
        "Gt" => Compare(expression, value) > 0,
        "Lt" => Compare(expression, value) < 0,
        _ => LabelSelector.Matches(expression, value),
    };

    // A label that is no number is neither greater nor less.
    private static int Compare(JsonObject expression, string? value) =>
        Number(value) is { } has && Number((expression["values"] as JsonArray)?.SingleOrDefault()?.ToString()) is { } than ? has.CompareTo(than) : 0;

    private static long? Number(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
}
