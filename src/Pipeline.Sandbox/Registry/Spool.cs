namespace Pipeline.Sandbox.Registry;

/// <summary>Contents set aside in one temporary file, because the files of an image or a build context need not fit in memory.</summary>
internal sealed class Spool : IAsyncDisposable
{
    private readonly FileStream file = new(
        Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);

    /// <summary>Sets a content aside.</summary>
    public async Task<Stretch> AddAsync(Stream content, CancellationToken cancellation)
    {
        var start = file.Seek(0, SeekOrigin.End);
        await content.CopyToAsync(file, cancellation);
        return new Stretch(start, file.Position - start);
    }

    /// <summary>Reads a content again.</summary>
    public async Task<byte[]> ReadAsync(Stretch stretch, CancellationToken cancellation)
    {
        var content = new byte[stretch.Length];
        file.Position = stretch.Start;
        await file.ReadExactlyAsync(content, cancellation);
        return content;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => file.DisposeAsync();
}

/// <summary>Where in a <see cref="Spool"/> a content is.</summary>
/// <param name="Start">The first byte's position.</param>
/// <param name="Length">How many bytes.</param>
internal sealed record Stretch(long Start, long Length);
