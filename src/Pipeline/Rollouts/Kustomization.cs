using System.Text.Json.Nodes;
using CliWrap;
using CliWrap.Buffered;
using Pipeline.Errors;

namespace Pipeline.Rollouts;

/// <summary>A folder of manifests that says itself what is in it.</summary>
internal static class Kustomization
{
    /// <summary>The file that makes a folder one.</summary>
    public const string FileName = "kustomization.yaml";

    /// <summary>True when the folder is a kustomization.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>The objects that <c>kubectl kustomize</c> makes of it. A mere list of files is read without: a laptop may have no kubectl.</summary>
    /// <exception cref="UsageException">It cannot be built, or <c>kubectl</c> is missing.</exception>
    public static async Task<IEnumerable<JsonObject>> BuildAsync(string folder, CancellationToken cancellation) => ListedIn(folder) is { } files
        ? files.SelectMany(f => YamlManifest.Parse(File.ReadAllText(f), f))
        : YamlManifest.Parse(await KustomizeAsync(folder, cancellation), folder);

    private static List<string>? ListedIn(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (YamlManifest.Parse(File.ReadAllText(path), path) is not [var file] || file.Any(f => f.Key is not ("apiVersion" or "kind" or "resources")))
            return null;
        var files = (file["resources"] as JsonArray ?? []).Select(r => Path.Combine(folder, $"{r}")).ToList();
        return files.Count > 0 && files.TrueForAll(f => File.Exists(f) && Path.GetDirectoryName(Path.GetFullPath(f)) == Path.GetFullPath(folder)) ? files : null;
    }

    private static async Task<string> KustomizeAsync(string folder, CancellationToken cancellation)
    {
        try
        {
            var result = await Cli.Wrap("kubectl").WithArguments(["kustomize", "--load-restrictor", "LoadRestrictionsNone", folder]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellation);
            return result.ExitCode == 0
                ? result.StandardOutput
                : throw new UsageException($"'kubectl kustomize {folder}' failed: {result.StandardError.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UsageException($"'{folder}' is a kustomization, and 'kubectl', which builds it, was not found. Install kubectl.");
        }
    }
}
