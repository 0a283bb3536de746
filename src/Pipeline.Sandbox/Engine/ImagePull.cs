using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>Gets images from registries.</summary>
/// <param name="images">Takes the image.</param>
/// <param name="layers">Takes its layers.</param>
internal sealed class ImagePull(ImageStore images, LayerStore layers)
{
    /// <summary>Pulls an image.</summary>
    /// <param name="name">The name that it gets here.</param>
    /// <param name="at">The name that it has at the registry.</param>
    /// <param name="login">Who asks; null for nobody.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EngineException">It cannot be had.</exception>
    public async Task<StoredImage> RunAsync(ImageName name, ImageName at, EngineLogin? login, CancellationToken cancellation)
    {
        using var registry = new RegistrySession(at, login);
        await registry.PingAsync(cancellation);
        var manifest = await ManifestAsync(registry, name, at, cancellation);
        var config = await registry.BlobAsync(manifest.Content.Text("config", "digest")!, content => ReadAsync(content, cancellation), cancellation);
        var archives = (JsonNode.Parse(config)?["rootfs"]?["diff_ids"] as JsonArray ?? []).Select(d => $"{d}").ToList();
        foreach (var (archive, sent) in archives.Zip(manifest.Layers.Select(l => l.Text("digest")!)))
            if (!Digest.TryParse(archive, out var digest) || layers.Find(digest) is null)
                await registry.BlobAsync(sent, content => layers.PullAsync(content, cancellation), cancellation);
        var id = images.Add(config);
        images.Name(name, id);
        images.Name(name with { Tag = null, Digest = $"{manifest.Digest}" }, id);
        return images.Get($"{id}");
    }

    /// <summary>The manifest for this machine, and its digest.</summary>
    /// <exception cref="EngineException">There is none.</exception>
    public static async Task<Manifest> ManifestAsync(RegistrySession registry, ImageName name, ImageName at, CancellationToken cancellation)
    {
        try
        {
            var manifest = await registry.ManifestAsync(at.Reference, cancellation);
            if (!manifest.IsIndex)
                return manifest;
            var linux = manifest.Content.Items("manifests").FirstOrDefault(m => m.Text("platform", "os") is "linux" && m.Text("platform", "architecture") is "amd64");
            return linux.Text("digest") is { } digest
                ? await registry.ManifestAsync(digest, cancellation)
                : throw new EngineException(404, "no matching manifest for linux/amd64 in the manifest list entries");
        }
        catch (EngineException e) when (e.Status == 404 && e.Message.StartsWith("manifest unknown", StringComparison.Ordinal))
        {
            throw new EngineException(404, $"manifest for {name} not found: {e.Message}");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream content, CancellationToken cancellation)
    {
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, cancellation);
        return memory.ToArray();
    }
}
