using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Rollouts;

/// <summary>Finds the manifests of an environment.</summary>
internal static class ManifestFiles
{
    /// <summary>The template of the migration Job: read by the migration, never applied with the rest.</summary>
    public const string MigrationJob = "migration-job.yaml";

    /// <summary>
    /// The objects of an environment: its patch folder built by <c>kubectl kustomize</c>, else the manifest folder, built likewise where it
    /// has a <c>kustomization.yaml</c>, else every file in it.
    /// </summary>
    /// <exception cref="UsageException">A file is malformed, or <c>kubectl</c> is missing where a patch folder needs it.</exception>
    public static async Task<IReadOnlyList<JsonObject>> ReadAsync(ManifestOptions options, string environment, string space, CancellationToken cancellation)
    {
        var overlay = Path.Combine(options.ManifestFolder, environment);
        var folder = Kustomization.IsIn(overlay) ? overlay : options.ManifestFolder;
        List<JsonObject> objects = Kustomization.IsIn(folder)
            ? [.. await Kustomization.BuildAsync(folder, cancellation)]
            : [.. Files(folder).SelectMany(f => YamlManifest.Parse(File.ReadAllText(f), f))];
        if (objects.Count == 0)
            throw new UsageException($"--manifest-folder: '{options.ManifestFolder}' holds no manifest.");
        foreach (var found in objects)
        {
            Check(found, options.ManifestFolder, space);
            RefuseJob(found, options.ManifestFolder);
        }

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
        Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".yaml" or ".yml" && Path.GetFileName(f) is not MigrationJob).Order(StringComparer.Ordinal);

    private static void Check(JsonObject found, string folder, string space)
    {
        if (found.Text("apiVersion") is null || found.Kind().Length == 0 || found.Name().Length == 0)
            throw new UsageException($"A manifest in '{folder}' lacks apiVersion, kind or metadata.name: {Start(found)}");
        if (found.Text("metadata", "namespace") is { } other && other != space)
            throw new UsageException($"{found.Kind()}/{found.Name()} in '{folder}' says namespace '{other}', but --kube-namespace is '{space}'. Leave the namespace out of manifests.");
    }

    private static void RefuseJob(JsonObject found, string folder)
    {
        if (found.Kind() == Resource.Jobs.Kind)
            throw new UsageException($"Job/{found.Name()} in '{folder}' cannot be applied with each release: a Job runs once, and its template does not change. The migration's is '{MigrationJob}'; what repeats is a CronJob; what pods need before they start is an init container.");
    }

    private static string Start(JsonObject found) => found.ToJsonString() is { Length: > 100 } text ? text[..100] + "…" : found.ToJsonString();
}
