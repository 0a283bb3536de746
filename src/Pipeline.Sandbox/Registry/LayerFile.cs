using System.IO.Compression;

namespace Pipeline.Sandbox.Registry;

/// <summary>Layers as they are kept and sent: archives that may be compressed.</summary>
internal static class LayerFile
{
    /// <summary>Opens the archive in a layer.</summary>
    /// <exception cref="InvalidDataException">It is compressed in a way that is not understood.</exception>
    public static async Task<Stream> OpenAsync(string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous);
        return await OpenAsync(file, cancellation);
    }

    /// <summary>The archive in a stream, which can seek and is closed with it.</summary>
    /// <exception cref="InvalidDataException">It is compressed in a way that is not understood.</exception>
    public static async Task<Stream> OpenAsync(Stream content, CancellationToken cancellation)
    {
        var start = new byte[4];
        var read = await content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation);
        content.Position = 0;
        return start.AsSpan(0, read) switch
        {
            [0x1f, 0x8b, ..] => new GZipStream(content, CompressionMode.Decompress),
            [0x28, 0xb5, 0x2f, 0xfd] => throw new InvalidDataException("zstd is not understood here"),
            _ => content,
        };
    }
}
