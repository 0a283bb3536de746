using System.Text.Json;

namespace Nuke.Common.Parameters;

/// <summary>
/// The settings in <c>.nuke/parameters.&lt;profile&gt;.json</c>, or, without a profile, in <c>.nuke/parameters.json</c>. One file alone counts:
/// an environment must never inherit another one's values.
/// </summary>
/// <param name="Values">By the parameter's name.</param>
/// <param name="Faults">What is wrong with the file.</param>
internal sealed record ProfileFile(IReadOnlyDictionary<string, string[]> Values, IReadOnlyList<string> Faults)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>The names of the profiles in the folder.</summary>
    public static IReadOnlyList<string> Names(string root) => Directory.Exists(Path.Combine(root, ".nuke"))
        ? [.. Directory.EnumerateFiles(Path.Combine(root, ".nuke"), "parameters.*.json").Select(f => Path.GetFileName(f)["parameters.".Length..^".json".Length]).Order(StringComparer.Ordinal)]
        : [];

    /// <exception cref="UsageFault">There is no such profile, or its file cannot be read.</exception>
    public static ProfileFile Read(string root, string? profile, IReadOnlyList<Parameter> parameters)
    {
        var path = Path.Combine(root, ".nuke", profile is null ? "parameters.json" : $"parameters.{profile}.json");
        if (!File.Exists(path))
            return profile is null ? new ProfileFile(new Dictionary<string, string[]>(), []) : throw new UsageFault(Missing(root, profile, path));
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Of(document.RootElement, path, parameters)
                : throw new UsageFault($"'{path}' holds no JSON object.");
        }
        catch (JsonException e)
        {
            throw new UsageFault($"'{path}' is not valid JSON, line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: {e.Message.Split(" LineNumber")[0]}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageFault($"'{path}' cannot be read: {e.Message}");
        }
    }

    private static string Missing(string root, string profile, string path)
    {
        var names = Names(root);
        var there = names.Count == 0 ? "There is none yet; ./build.sh Init makes one." : $"There are: {string.Join(", ", names)}.";
        return $"--profile: there is no '{profile}' ('{path}' does not exist).{Suggestion.For(profile, names)} {there}";
    }

    private static ProfileFile Of(JsonElement root, string path, IReadOnlyList<Parameter> parameters)
    {
        var values = new Dictionary<string, string[]>();
        var faults = new List<string>();
        foreach (var entry in root.EnumerateObject().Where(e => e.Name != "$schema"))
            if (parameters.FirstOrDefault(p => p.Name == entry.Name) is not { } parameter)
                faults.Add($"'{path}': there is no setting '{entry.Name}'.{Suggestion.For(entry.Name, parameters.Select(p => p.Name))}");
            else if (parameter.IsSecret)
                faults.Add($"'{path}': '{entry.Name}' is a secret and must not stand in a file. Give it as {parameter.Variable}.");
            else if (Texts(entry.Value) is { } texts && (entry.Value.ValueKind != JsonValueKind.Array || parameter.Type == typeof(string[])))
                values[parameter.Name] = texts;
            else
                faults.Add($"'{path}': '{entry.Name}' must be {Wanted(parameter)}.");
        return new ProfileFile(values, faults);
    }

    private static string Wanted(Parameter parameter) => parameter.IsSwitch ? "true or false" : parameter.Type == typeof(string[]) ? "a list of texts" : "a text";

    private static string[]? Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => [value.GetRawText()],
        JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) => [.. value.EnumerateArray().Select(v => v.GetString()!)],
        _ => null,
    };
}
