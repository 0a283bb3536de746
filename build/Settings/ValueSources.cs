using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Build.Sandbox;
using Pipeline.Settings;

namespace Pipeline.Build.Settings;

/// <summary>Finds where a setting's value came from, by looking where the hosts look: a place that holds another value is not it.</summary>
/// <param name="arguments">The command line.</param>
/// <param name="sandbox">The settings that lead into the sandbox; none where the run acts on another environment.</param>
/// <param name="files">The files of settings that count, by name, the first one first.</param>
internal sealed class ValueSources(string[] arguments, IReadOnlyDictionary<string, string> sandbox, IReadOnlyList<(string Name, JsonObject Values)> files)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Those of this run.</summary>
    /// <param name="root">The repository's root.</param>
    /// <param name="isCiHost">True where nobody watches.</param>
    public static ValueSources OfThisRun(string root, bool isCiHost)
    {
        var arguments = Environment.GetCommandLineArgs()[1..];
        var running = Request.IsForSandbox(arguments, isCiHost) ? SandboxEndpoint.ReadAsync(SandboxProcess.FolderIn(root), CancellationToken.None).GetAwaiter().GetResult() : null;
        // The official host reads the file without a profile's name underneath.
        string[] names = Request.ProfileOf(arguments) is { } profile ? [$"parameters.{profile}.json", "parameters.json"] : ["parameters.json"];
        return new ValueSources(arguments, running?.Parameters ?? new Dictionary<string, string>(), [.. names.Select(n => (n, Read(Path.Combine(root, ".nuke", n))))]);
    }

    /// <summary>Where the value stands.</summary>
    /// <param name="option">The setting.</param>
    /// <param name="value">Its value as the host bound it; null when nobody gave one.</param>
    public string Of(string option, string? value)
    {
        if (value is null)
            return "default";
        if (arguments.Any(a => a.StartsWith('-') && a.Replace("-", "", StringComparison.Ordinal).Equals(option, StringComparison.OrdinalIgnoreCase)))
            return "command line";
        if (sandbox.GetValueOrDefault(option) == value)
            return "the sandbox";
        var own = Flag.VariableOf(option);
        // The official host binds variables of these names too.
        string[] foreign = [$"NUKE_{option}", option, own["PIPELINE_".Length..]];
        return IsIn(own, value) ? "PIPELINE_ variables"
            : files.Where(f => f.Values[option]?.ToString() == value).Select(f => f.Name).FirstOrDefault()
            ?? foreign.Where(v => IsIn(v, value)).Select(v => $"variable {v}").FirstOrDefault() ?? "default";
    }

    private static bool IsIn(string variable, string value) => Environment.GetEnvironmentVariable(variable) == value;

    private static JsonObject Read(string path) =>
        File.Exists(path) && JsonNode.Parse(File.ReadAllText(path), documentOptions: Lenient) is JsonObject values ? values : [];
}
