using System.Security.Cryptography;
using Pipeline.Sandbox.ObjectStore.Bodies;

namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>The files that hold content. A file is written once and never changed: who reads one may go on when its object is replaced.</summary>
internal sealed class ContentFiles(string folder)
{
    private const int BufferSize = 128 << 10;

    /// <summary>Removes what no object and no part refers to: what a run that was killed left.</summary>
    public void KeepOnly(IReadOnlySet<string> used)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(folder))
            if (!used.Contains(Path.GetFileName(file)))
                File.Delete(file);
    }

    /// <summary>Opens one; null when it is gone, because its object was replaced in this moment.</summary>
    public FileStream? Open(string file)
    {
        try
        {
            return new FileStream(Path.Combine(folder, file), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize, FileOptions.Asynchronous);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes a request's body into a new one.</summary>
    public Task<ReceivedContent> ReceiveAsync(RequestBody body, long? cutAfter, CancellationToken cancellation) =>
        CreateAsync(target => body.CopyToAsync(target, cutAfter, cancellation));

    /// <summary>Writes existing content, one slice after the other, into a new one.</summary>
    /// <param name="slices">What is written.</param>
    /// <param name="checksum">The kind of checksum to find over all of it; null for none.</param>
    /// <param name="cancellation">Ends the copying.</param>
    public Task<ReceivedContent> JoinAsync(IEnumerable<ContentSlice> slices, string? checksum, CancellationToken cancellation) => CreateAsync(async target =>
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var running = checksum is null ? null : ChecksumKind.Start(checksum);
        foreach (var slice in slices)
        {
            await using var content = slice.Source.Open(slice.File) ?? throw S3Exception.NoSuchKey();
            await foreach (var piece in slice.ReadAsync(content, cancellation))
            {
                md5.AppendData(piece.Span);
                running?.Append(piece.Span);
                await target.WriteAsync(piece, cancellation);
            }
        }

        return (md5.GetHashAndReset(), running is null ? null : new ObjectChecksum(checksum!, Convert.ToBase64String(running.Finish())));
    });

    /// <summary>Copies a file that is open into a new one.</summary>
    /// <returns>The new one's name.</returns>
    public async Task<string> CopyAsync(FileStream source, CancellationToken cancellation)
    {
        source.Position = 0;
        var copy = await CreateAsync(async target =>
        {
            await source.CopyToAsync(target, cancellation);
            return ([], null);
        });
        return copy.File;
    }

    /// <summary>Removes one.</summary>
    public void Delete(string file) => File.Delete(Path.Combine(folder, file));

    private async Task<ReceivedContent> CreateAsync(Func<FileStream, Task<(byte[] Md5, ObjectChecksum? Checksum)>> write)
    {
        var file = Guid.NewGuid().ToString("n");
        try
        {
            await using var target = new FileStream(Path.Combine(folder, file), FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
            var (md5, checksum) = await write(target);
            await target.FlushAsync(CancellationToken.None);
            return new ReceivedContent(file, target.Length, md5, checksum);
        }
        catch
        {
            Delete(file);
            throw;
        }
    }
}
