using System.Text.Json;
using System.Text.Json.Nodes;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>Writes <c>.nuke/build.schema.json</c>, by which editors complete and check profile files; only when it changed.</summary>
internal static class SchemaFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string root, IReadOnlyList<Parameter> parameters)
    {
        var path = Path.Combine(root, ".nuke", "build.schema.json");
        var text = Of(parameters) + "\n";
        try
        {
            if (Directory.Exists(Path.GetDirectoryName(path)) && (!File.Exists(path) || File.ReadAllText(path) != text))
                File.WriteAllText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only checkout deploys as well; the file only helps editors.
        }
    }

    private static string Of(IReadOnlyList<Parameter> parameters)
    {
        var properties = new JsonObject { ["$schema"] = new JsonObject { ["type"] = "string" } };
        foreach (var parameter in parameters.Where(p => !p.IsSecret))
        {
            var entry = new JsonObject { ["description"] = parameter.Description };
            if (parameter.Type == typeof(string[]))
                entry["items"] = new JsonObject { ["type"] = "string" };
            entry["type"] = parameter.IsSwitch ? "boolean" : parameter.Type == typeof(string[]) ? "array" : "string";
            properties[parameter.Name] = entry;
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        }.ToJsonString(Indented).ReplaceLineEndings("\n");
    }
}
