using System.Security.Cryptography;

namespace Pipeline.Backups;

/// <summary>A new file that only this user may read, as it holds the whole database, hashed while it is written.</summary>
internal sealed class HashedFile : IAsyncDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream file;
    private readonly Action<long> progress;

    /// <param name="path">Where; nothing may be there yet.</param>
    /// <param name="progress">Told the bytes written so far.</param>
    /// <exception cref="IOException">There is a file already, or the disk is full.</exception>
    public HashedFile(string path, Action<long> progress)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        file = new FileStream(path, options);
        this.progress = progress;
    }

    /// <summary>Its size so far, in bytes.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>SHA-256 in lower-case hex of what was given to it, whatever the disk keeps.</summary>
    public string Sha256 => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>Writes everything that a stream brings.</summary>
    public async Task CopyFromAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        for (int read; (read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress(SizeBytes += read);
        }

        await file.FlushAsync(cancellation);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        hash.Dispose();
        return file.DisposeAsync();
    }
}
