using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Selection;

/// <summary>A label selector as a query writes it.</summary>
internal sealed partial class LabelSelector
{
    private readonly List<Func<JsonObject?, bool>> requirements = [];

    /// <summary>Reads a selector. A sample: <c>app=api,tier in (front, back),stage!=test,!draft,owner</c>.</summary>
    /// <exception cref="ApiException">BadRequest.</exception>
    public static LabelSelector Parse(string? text)
    {
        var selector = new LabelSelector();
        // A comma inside parentheses separates values, not requirements.
        foreach (var part in Separator().Split(text ?? "").Select(p => p.Trim()).Where(p => p.Length > 0))
            selector.requirements.Add(Requirement(part));
        return selector;
    }

    public bool Matches(StoredObject stored) => requirements.Count == 0 || Matches(stored.Content.At("metadata", "labels"));

    public bool Matches(JsonObject? labels) => requirements.TrueForAll(r => r(labels));

    private static Func<JsonObject?, bool> Requirement(string part)
    {
        if (SetBased().Match(part) is { Success: true } set)
        {
            var (key, values) = (set.Groups["key"].Value, set.Groups["values"].Value.Split(',').Select(v => v.Trim()).ToHashSet());
            return set.Groups["not"].Success
                ? labels => labels.Text(key) is not { } value || !values.Contains(value)
                : labels => labels.Text(key) is { } value && values.Contains(value);
        }

        if (Equality().Match(part) is { Success: true } equality)
        {
            var (key, wanted) = (equality.Groups["key"].Value, equality.Groups["value"].Value);
            return equality.Groups["operator"].Value == "!=" ? labels => labels.Text(key) != wanted : labels => labels.Text(key) == wanted;
        }

        if (Existence().Match(part) is { Success: true } existence)
        {
            var (key, isWanted) = (existence.Groups["key"].Value, !existence.Groups["not"].Success);
            return labels => labels?.ContainsKey(key) == true == isWanted;
        }

        throw ApiException.BadRequest($"unable to parse requirement: found '{part}', expected: a label key with an operator");
    }

    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Separator();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s+(?<not>not)?\s*in\s*\((?<values>[^)]*)\)$")]
    private static partial Regex SetBased();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s*(?<operator>==?|!=)\s*(?<value>[\w.-]*)$")]
    private static partial Regex Equality();

    [GeneratedRegex(@"^(?<not>!)?\s*(?<key>[\w./-]+)$")]
    private static partial Regex Existence();
}
