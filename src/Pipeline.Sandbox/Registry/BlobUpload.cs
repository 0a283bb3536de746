using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Registry;

/// <summary>A blob on its way in, piece by piece. What has arrived is a file, so an upload goes on after a restart.</summary>
internal sealed class BlobUpload
{
    private readonly BlobStore blobs;
    private readonly string repository;
    private readonly string file;

    private BlobUpload(BlobStore blobs, string repository, Guid id)
    {
        this.blobs = blobs;
        this.repository = repository;
        Id = id;
        file = Path.Combine(blobs.Repository(repository), "_uploads", $"{id}");
    }

    public Guid Id { get; }

    /// <summary>How many bytes have arrived.</summary>
    public long Length => new FileInfo(file).Length;

    /// <summary>Begins an upload.</summary>
    public static BlobUpload Start(BlobStore blobs, string repository)
    {
        var upload = new BlobUpload(blobs, repository, Guid.NewGuid());
        WholeFile.Write(upload.file, []);
        return upload;
    }

    /// <summary>Goes on with an upload.</summary>
    /// <exception cref="RegistryException">There is no such upload.</exception>
    public static BlobUpload Find(BlobStore blobs, string repository, string id)
    {
        if (id.Length == 0)
            throw RegistryException.UploadUnknown();
        if (!Guid.TryParse(id, out var parsed))
            throw new RegistryException(StatusCodes.Status404NotFound, "BLOB_UPLOAD_INVALID", "blob upload invalid");
        var upload = new BlobUpload(blobs, repository, parsed);
        return File.Exists(upload.file) ? upload : throw RegistryException.UploadUnknown();
    }

    /// <summary>Adds a piece at the end.</summary>
    /// <param name="piece">The bytes.</param>
    /// <param name="at">Where the client says that they belong; null when it does not say.</param>
    /// <param name="cancellation">The client went away; what has arrived stays.</param>
    /// <exception cref="RegistryException">The piece does not follow what has arrived, or another request is writing.</exception>
    public async Task AppendAsync(Stream piece, long? at, CancellationToken cancellation)
    {
        try
        {
            // Exclusive: of two pieces at once, neither may end up inside the other.
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
            if (at is { } start && start != stream.Length)
                throw new RegistryException(
                    StatusCodes.Status416RangeNotSatisfiable, "RANGE_INVALID", "invalid content range", $"expected {stream.Length}, got {start}");
            stream.Seek(0, SeekOrigin.End);
            await piece.CopyToAsync(stream, cancellation);
        }
        catch (FileNotFoundException)
        {
            throw RegistryException.UploadUnknown();
        }
        catch (IOException e) when (e is not DirectoryNotFoundException && !cancellation.IsCancellationRequested)
        {
            throw new RegistryException(StatusCodes.Status400BadRequest, "BLOB_UPLOAD_INVALID", "blob upload invalid", e.Message);
        }
    }

    /// <summary>Makes a blob of what has arrived.</summary>
    /// <exception cref="RegistryException">It is not what the digest says; the upload is gone.</exception>
    public async Task FinishAsync(Digest digest, CancellationToken cancellation)
    {
        Digest found;
        await using (var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous))
            found = await Digest.OfAsync(content, cancellation);
        if (found != digest)
        {
            Cancel();
            throw RegistryException.DigestInvalid($"{digest}");
        }

        blobs.Add(repository, digest, file);
    }

    /// <summary>Forgets the upload.</summary>
    public void Cancel() => File.Delete(file);
}
