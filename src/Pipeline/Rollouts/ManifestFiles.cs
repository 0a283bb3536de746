using System.Text.Json.Nodes;
using CliWrap;
using CliWrap.Buffered;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Rollouts;

/// <summary>Finds the manifests of an environment.</summary>
internal static class ManifestFiles
{
    /// <summary>The template of the migration Job: read by the migration, never applied with the rest.</summary>
    public const string MigrationJob = "migration-job.yaml";

    /// <summary>The objects of an environment: its patch folder built by <c>kubectl kustomize</c>, or every file in the manifest folder.</summary>
    /// <exception cref="UsageException">A file is malformed, or <c>kubectl</c> is missing where a patch folder needs it.</exception>
    public static async Task<IReadOnlyList<JsonObject>> ReadAsync(ManifestOptions options, string environment, string space, CancellationToken cancellation)
    {
        var overlay = Path.Combine(options.ManifestFolder, environment);
        List<JsonObject> objects = File.Exists(Path.Combine(overlay, "kustomization.yaml"))
            ? [.. YamlManifest.Parse(await KustomizeAsync(overlay, cancellation), overlay)]
            : [.. Files(options.ManifestFolder).SelectMany(f => YamlManifest.Parse(File.ReadAllText(f), f))];
        if (objects.Count == 0)
            throw new UsageException($"--manifest-folder: '{options.ManifestFolder}' holds no manifest.");
        foreach (var found in objects)
            Check(found, options.ManifestFolder, space);
        return objects;
    }

    /// <summary>The migration Job's template.</summary>
    public static JsonObject ReadMigrationJob(ManifestOptions options)
    {
        var path = Path.Combine(options.ManifestFolder, MigrationJob);
        if (!File.Exists(path))
            throw new UsageException($"--manifest-folder: '{path}' does not exist; it is the template of the migration Job.");
        return YamlManifest.Parse(File.ReadAllText(path), path) is [var job] ? job : throw new UsageException($"'{path}' must hold one Job, the template of the migration.");
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".yaml" or ".yml" && Path.GetFileName(f) is not (MigrationJob or "kustomization.yaml")).Order(StringComparer.Ordinal);

    private static void Check(JsonObject found, string folder, string space)
    {
        if (found.Text("apiVersion") is null || found.Kind().Length == 0 || found.Name().Length == 0)
            throw new UsageException($"A manifest in '{folder}' lacks apiVersion, kind or metadata.name: {Start(found)}");
        if (found.Text("metadata", "namespace") is { } other && other != space)
            throw new UsageException($"{found.Kind()}/{found.Name()} in '{folder}' says namespace '{other}', but --kube-namespace is '{space}'. Leave the namespace out of manifests.");
    }

    private static string Start(JsonObject found) => found.ToJsonString() is { Length: > 100 } text ? text[..100] + "…" : found.ToJsonString();

    private static async Task<string> KustomizeAsync(string overlay, CancellationToken cancellation)
    {
        try
        {
            var result = await Cli.Wrap("kubectl").WithArguments(["kustomize", "--load-restrictor", "LoadRestrictionsNone", overlay]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellation);
            return result.ExitCode == 0
                ? result.StandardOutput
                : throw new UsageException($"'kubectl kustomize {overlay}' failed: {result.StandardError.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UsageException($"'{overlay}' is a kustomization, and 'kubectl', which builds it, was not found. Install kubectl.");
        }
    }
}
