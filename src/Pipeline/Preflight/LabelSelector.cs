using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Preflight;

/// <summary>Decides whether a selector of the API selects labels.</summary>
internal static class LabelSelector
{
    /// <param name="selector">With <c>matchLabels</c>, <c>matchExpressions</c> or both; an empty one selects everything, none selects nothing.</param>
    /// <param name="labels">The labels; null for none.</param>
    public static bool Matches(JsonObject? selector, JsonObject? labels) =>
        selector is not null
        && (selector.At("matchLabels") ?? []).All(l => labels.Text(l.Key) == l.Value?.ToString())
        && selector.Items("matchExpressions").All(e => Matches(e, labels.Text(e.Text("key") ?? "")));

    /// <summary>Decides one of <c>matchExpressions</c>.</summary>
    /// <param name="expression">With <c>operator</c>, and <c>values</c> where it has them.</param>
    /// <param name="value">The label's value; null when there is none.</param>
    public static bool Matches(JsonObject expression, string? value)
    {
        var among = expression["values"] is JsonArray values && values.Any(v => v?.ToString() == value);
        return expression.Text("operator") switch
        {
            "In" => among,
            "NotIn" => !among,
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
