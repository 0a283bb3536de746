using System.IO.Compression;
using System.Text.Json;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>The layers of all images, compressed as they came from a registry or will be pushed to one.</summary>
/// <param name="folder">The engine's folder.</param>
internal sealed class LayerStore(string folder)
{
    /// <summary>Keeps an archive that a build made.</summary>
    /// <param name="archive">A file with the archive, not compressed; it is not needed afterwards.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<Layer> AddAsync(Stream archive, CancellationToken cancellation)
    {
        var unfinished = Unfinished();
        await using (var file = File.Create(unfinished))
        await using (var gzip = new GZipStream(file, CompressionLevel.Optimal))
            await archive.CopyToAsync(gzip, cancellation);
        return await AdoptAsync(unfinished, cancellation);
    }

    /// <summary>Keeps a layer that was pulled.</summary>
    public async Task<Layer> PullAsync(Stream content, CancellationToken cancellation)
    {
        var unfinished = Unfinished();
        await using (var file = File.Create(unfinished))
            await content.CopyToAsync(file, cancellation);
        return await AdoptAsync(unfinished, cancellation);
    }

    /// <summary>The layer whose archive has this digest, or null.</summary>
    public Layer? Find(Digest archive)
    {
        var file = Named(archive, "json");
        return File.Exists(file) && File.Exists(Named(archive, "layer")) ? JsonSerializer.Deserialize<Layer>(File.ReadAllBytes(file)) : null;
    }

    /// <summary>The file with the layer as it is sent.</summary>
    public string FileOf(Digest archive) => Named(archive, "layer");

    private async Task<Layer> AdoptAsync(string unfinished, CancellationToken cancellation)
    {
        Digest sent, archive;
        await using (var content = File.OpenRead(unfinished))
            sent = await Digest.OfAsync(content, cancellation);
        await using (var content = await LayerFile.OpenAsync(unfinished, cancellation))
            archive = await Digest.OfAsync(content, cancellation);
        if (Find(archive) is { } known)
        {
            File.Delete(unfinished);
            return known;
        }

        var layer = new Layer($"{archive}", $"{sent}", new FileInfo(unfinished).Length, await SizeAsync(unfinished, cancellation));
        WholeFile.Adopt(unfinished, Named(archive, "layer"));
        WholeFile.Write(Named(archive, "json"), JsonSerializer.SerializeToUtf8Bytes(layer));
        return layer;
    }

    private static async Task<long> SizeAsync(string file, CancellationToken cancellation)
    {
        var size = 0L;
        await using var archive = await LayerFile.OpenAsync(file, cancellation);
        await using var reader = new System.Formats.Tar.TarReader(archive);
        while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
            size += entry.Length;
        return size;
    }

    private string Unfinished()
    {
        Directory.CreateDirectory(Path.Combine(folder, "layers"));
        return Path.Combine(folder, "layers", $"{WholeFile.Unfinished}{Guid.NewGuid():N}");
    }

    private string Named(Digest archive, string suffix) => Path.Combine(folder, "layers", $"{archive.Hex}.{suffix}");
}

/// <summary>One layer.</summary>
/// <param name="Archive">The digest of its archive, as configurations name it.</param>
/// <param name="Sent">The digest of what is sent, as manifests name it.</param>
/// <param name="SentLength">How many bytes are sent.</param>
/// <param name="Size">How many bytes its files have.</param>
internal sealed record Layer(string Archive, string Sent, long SentLength, long Size);
