using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Rollouts;

/// <summary>Reads manifests as the JSON that the Kubernetes API stores.</summary>
internal static partial class YamlManifest
{
    /// <summary>Every object in a text of one or more YAML documents.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="from">The file that it stands in, for the error.</param>
    /// <exception cref="UsageException">The text is no YAML, or holds something that is no object.</exception>
    public static IReadOnlyList<JsonObject> Parse(string text, string from)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return [.. stream.Documents.Select(d => Json(d.RootNode)).OfType<JsonNode>()
                .Select(n => n as JsonObject ?? throw new UsageException($"'{from}' holds a document that is no Kubernetes object."))];
        }
        catch (YamlException e)
        {
            throw new UsageException($"'{from}' is not valid YAML, line {e.Start.Line}, column {e.Start.Column}: {e.Message}");
        }
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => Map(map),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode scalar => Scalar(scalar),
        _ => null,
    };

    private static JsonObject Map(YamlMappingNode map)
    {
        var merged = new JsonObject();
        foreach (var (key, value) in map.Children)
        {
            if (key is not YamlScalarNode name)
                throw new YamlException(key.Start, key.End, "a field's name is a list or a map.");
            if (name is not { Value: "<<", Style: ScalarStyle.Plain })
                merged[name.Value ?? ""] = Json(value);
        }

        foreach (var (name, value) in map.Children.Where(c => c.Key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain }).SelectMany(c => Merged(c.Value)))
            merged.TryAdd(name, value?.DeepClone());
        return merged;
    }

    // <<: *one, or <<: [*one, *other]; the map's own fields win, then the first of the list.
    private static IEnumerable<KeyValuePair<string, JsonNode?>> Merged(YamlNode node) => node switch
    {
        YamlMappingNode one => Map(one),
        YamlSequenceNode several => several.Children.SelectMany(Merged),
        _ => throw new YamlException(node.Start, node.End, "'<<' takes a map, or a list of maps."),
    };

    // YAML 1.1 as kubectl reads it, file modes such as 0755 included.
    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not ScalarStyle.Plain || (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific && scalar.Tag.Value is "tag:yaml.org,2002:str"))
            return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
            "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
            _ when WholeNumber().IsMatch(text) && long.TryParse(text, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when BasedNumber().Match(text) is { Success: true } based && Whole(based) is { } whole => JsonValue.Create(whole),
            // A commit such as 12e5678 is a number to YAML, and none that any machine has.
            _ when DecimalNumber().IsMatch(text) && double.Parse(text, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }

    private static long? Whole(Match based)
    {
        try
        {
            return based.Groups["hex"].Success ? Convert.ToInt64(based.Groups["hex"].Value, 16) : Convert.ToInt64(based.Groups["octal"].Value, 8);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex("^(0x(?<hex>[0-9a-fA-F]+)|0o?(?<octal>[0-7]+))$", RegexOptions.ExplicitCapture)]
    private static partial Regex BasedNumber();

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9]*)$")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^[-+]?[0-9]+(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex DecimalNumber();
}
