using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Which labels a selector asks for.</summary>
internal static class Selector
{
    /// <summary>True when an object's labels fulfil a <c>LabelSelector</c> (<c>matchLabels</c> and <c>matchExpressions</c>).</summary>
    public static bool Matches(JsonObject? selector, JsonObject content)
    {
        var labels = content.At("metadata", "labels");
        return selector is not null && HasAll(labels, selector.At("matchLabels")) && selector.Items("matchExpressions").All(e => Fulfils(labels, e));
    }

    /// <summary>True when the labels hold every wanted pair.</summary>
    public static bool HasAll(JsonObject? labels, JsonObject? wanted) => wanted is null || wanted.All(w => labels.Text(w.Key) is { } value && value == (string?)w.Value);

    private static bool Fulfils(JsonObject? labels, JsonObject expression)
    {
        var value = labels.Text(expression.Text("key") ?? "");
        var values = (expression["values"] as JsonArray ?? []).Select(v => (string?)v);
        return expression.Text("operator") switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
