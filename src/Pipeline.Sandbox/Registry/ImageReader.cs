using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Registry;

/// <summary>Reads images from the registry's files for whoever runs them, as a node pulls them.</summary>
/// <param name="blobs">Configurations and layers.</param>
/// <param name="manifests">Manifests and tags.</param>
/// <param name="faults">What goes wrong at the registry goes wrong here too.</param>
internal sealed class ImageReader(BlobStore blobs, ManifestStore manifests, RegistryFaults faults)
{
    /// <summary>Stands in the history of each step that the sandbox's engine made, so that a base image's layers can be told from them.</summary>
    public const string BuiltHere = "pipeline.sandbox.build";

    private const int FileLimit = 1 << 20;

    // A layer of this size is an operating system or its packages, not the application.
    private const int LayerLimit = 32 << 20;

    /// <summary>Finds an image by <c>host/repository:tag</c> or <c>…@sha256:…</c>; the host is not looked at.</summary>
    /// <exception cref="ImagePullException">There is no such image, or it cannot be read.</exception>
    public async Task<ContainerImage> ReadAsync(string reference, CancellationToken cancellation)
    {
        var name = Parse(reference);
        await faults.ThrowIfAnyAsync(name.Host, cancellation);
        var (repository, manifest) = Find(name);
        try
        {
            var config = await ConfigAsync(repository, manifest, cancellation);
            var settings = config.At("config");
            return new ContainerImage(
                $"{manifest.Digest}",
                [.. Texts(settings?["Entrypoint"]), .. Texts(settings?["Cmd"])],
                Texts(settings?["Env"]).Select(v => v.Split('=', 2)).Where(v => v.Length == 2).DistinctBy(v => v[0]).ToDictionary(v => v[0], v => v[1]),
                await FilesAsync(repository, manifest, config, cancellation));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw new ImagePullException($"failed to register layer of {name}: {e.Message}");
        }
    }

    private static ImageName Parse(string reference)
    {
        try
        {
            return ImageName.Parse(reference);
        }
        catch (FormatException e)
        {
            throw new ImagePullException($"failed to parse reference \"{reference}\": {e.Message}");
        }
    }

    private (string Repository, Manifest Manifest) Find(ImageName name)
    {
        // Docker Hub's images without an account are pushed here with and without "library".
        foreach (var repository in new[] { name.Path, name.HasHost ? name.Path : name.Repository })
        {
            var manifest = manifests.Find(repository, name.Reference);
            if (manifest is { IsIndex: true })
                manifest = manifests.Find(repository, ForLinux(manifest)
                    ?? throw new ImagePullException($"no matching manifest for linux/amd64 in the manifest list entries of {name}"));
            if (manifest is not null)
                return (repository, manifest);
        }

        throw new ImagePullException($"manifest for {name} not found: manifest unknown: manifest unknown");
    }

    private static string? ForLinux(Manifest index) =>
        index.Content.Items("manifests").FirstOrDefault(m => m.Text("platform", "os") is "linux" && m.Text("platform", "architecture") is "amd64").Text("digest");

    private async Task<JsonObject> ConfigAsync(string repository, Manifest manifest, CancellationToken cancellation)
    {
        var path = Path(repository, manifest.Content.Text("config", "digest"));
        return JsonNode.Parse(await File.ReadAllBytesAsync(path, cancellation)) as JsonObject ?? [];
    }

    private async Task<Dictionary<string, ReadOnlyMemory<byte>>> FilesAsync(string repository, Manifest manifest, JsonObject config, CancellationToken cancellation)
    {
        await using var spool = new Spool();
        var tree = new FileTree(spool);
        foreach (var digest in OwnLayers(manifest, config))
        {
            var path = Path(repository, digest);
            if (new FileInfo(path).Length > LayerLimit)
                continue;
            await using var archive = await LayerFile.OpenAsync(path, cancellation);
            await tree.AddAsync(archive, (_, size) => size < FileLimit, cancellation);
        }

        var files = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (path, entry) in tree.Entries)
            if (entry.Content is not null)
                files[path] = await tree.ReadAsync(entry, cancellation);
        return files;
    }

    private static IEnumerable<string?> OwnLayers(Manifest manifest, JsonObject config)
    {
        var layers = manifest.Layers.Select(l => l.Text("digest")).ToList();
        var history = config.Items("history").Where(h => h.Text("empty_layer") != "true").Select(h => h.Text("comment")).ToList();
        return history.Count == layers.Count && config.Items("history").Any(h => h.Text("comment") == BuiltHere)
            ? layers.Zip(history).Where(pair => pair.Second == BuiltHere).Select(pair => pair.First)
            : layers;
    }

    private string Path(string repository, string? digest) =>
        Digest.TryParse(digest, out var parsed) && blobs.Find(repository, parsed) is { } path
            ? path
            : throw new ImagePullException($"failed to copy: blob {digest} not found in {repository}");

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(t => $"{t}");
}
