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
    public static IEnumerable<JsonObject> Parse(string text, string from)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new UsageException($"'{from}' is not valid YAML, line {e.Start.Line}, column {e.Start.Column}: {e.Message}");
        }

        foreach (var document in stream.Documents)
            if (Json(document.RootNode) is { } node)
                yield return node as JsonObject ?? throw new UsageException($"'{from}' holds a document that is no Kubernetes object.");
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value ?? "", Json(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode scalar => Scalar(scalar),
        _ => null,
    };

    // YAML 1.1 as kubectl reads it, without its octal and sexagesimal numbers: those stay text and the API refuses them by name.
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
            _ when DecimalNumber().IsMatch(text) => JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture)),
            _ => JsonValue.Create(text),
        };
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9]*)$")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^[-+]?[0-9]+(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex DecimalNumber();
}
