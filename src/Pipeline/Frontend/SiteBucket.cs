using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Pipeline.Leases;
using Pipeline.ObjectStore;

namespace Pipeline.Frontend;

/// <summary>The bucket of the site.</summary>
internal sealed class SiteBucket(FrontendOptions options, RequestGate? gate = null) : IDisposable
{
    private const string HashHeader = "sha256";
    private const int AtOnce = 16;
    private readonly AmazonS3Client client = S3.Open(options.Storage, AtOnce * 2, gate);

    private string Bucket => options.FrontendBucket!;

    /// <summary>Writes a file under a key, unless the bucket already has it so.</summary>
    /// <returns>True when it was written.</returns>
    public async Task<bool> PutAsync(SiteFile file, string key, CancellationToken cancellation)
    {
        if (await HasAsync(file, key, cancellation))
            return false;
        using var content = new MemoryStream(file.Content, writable: false);
        var request = new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = content, ContentType = ContentType.Of(file.Key), AutoCloseStream = false, UseChunkEncoding = false };
        request.Headers.CacheControl = file.CacheControl;
        request.Metadata.Add(HashHeader, file.Sha256);
        await AskAsync(() => client.PutObjectAsync(request, cancellation));
        return true;
    }

    /// <summary>True when the bucket has the file under a key, content and headers.</summary>
    public async Task<bool> HasAsync(SiteFile file, string key, CancellationToken cancellation) =>
        await FindAsync(key, cancellation) is { } there && Has(there, file);

    /// <summary>Copies an object inside the store, headers included, unless the target is the same already.</summary>
    /// <returns>True when it was copied.</returns>
    public async Task<bool> CopyAsync(string from, string to, CancellationToken cancellation)
    {
        var (source, target) = (await FindAsync(from, cancellation), await FindAsync(to, cancellation));
        if (source is not null && source.ETag == target?.ETag)
            return false;
        await AskAsync(() => client.CopyObjectAsync(
            new CopyObjectRequest { SourceBucket = Bucket, SourceKey = from, DestinationBucket = Bucket, DestinationKey = to, MetadataDirective = S3MetadataDirective.COPY }, cancellation));
        return true;
    }

    /// <summary>Removes an object.</summary>
    /// <returns>True when there was one.</returns>
    public async Task<bool> DeleteAsync(string key, CancellationToken cancellation)
    {
        if (await FindAsync(key, cancellation) is null)
            return false;
        await AskAsync(() => client.DeleteObjectAsync(Bucket, key, cancellation));
        return true;
    }

    /// <summary>An object's content; null when there is none.</summary>
    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellation)
    {
        try
        {
            using var found = await client.GetObjectAsync(Bucket, key, cancellation);
            using var content = new MemoryStream();
            await found.ResponseStream.CopyToAsync(content, cancellation);
            return content.ToArray();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception e) when (StoreFailure.IsOne(e))
        {
            throw StoreFailure.Of(e, Bucket, options.Storage);
        }
    }

    /// <summary>An object's headers; null when there is none.</summary>
    public async Task<GetObjectMetadataResponse?> FindAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return await client.GetObjectMetadataAsync(Bucket, key, cancellation);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception e) when (StoreFailure.IsOne(e))
        {
            throw StoreFailure.Of(e, Bucket, options.Storage);
        }
    }

    /// <summary>The SHA-256 in hex that this product wrote beside an object; null when there is none, or no object.</summary>
    public async Task<string?> HashAsync(string key, CancellationToken cancellation) => (await FindAsync(key, cancellation))?.Metadata[HashHeader];

    /// <summary>True when an object is there and is not known to be another one than that of a hash; what another tool wrote carries none.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="sha256">In hex; empty where nobody knows it.</param>
    /// <param name="cancellation">Ends the request.</param>
    public async Task<bool> HoldsAsync(string key, string sha256, CancellationToken cancellation) =>
        await FindAsync(key, cancellation) is { } there && (sha256.Length == 0 || (there.Metadata[HashHeader] ?? sha256) == sha256);

    /// <summary>Does something for many keys, several at once.</summary>
    public static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> work, CancellationToken cancellation) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (item, stop) => await work(item, stop));

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    // A page whose bytes are the same but whose headers are another tool's is written again.
    private static bool Has(GetObjectMetadataResponse there, SiteFile file)
    {
        var same = there.Metadata[HashHeader] == file.Sha256 || there.ETag?.Trim('"') == file.Md5;
        // The hash is what was said when it was written; the length is what is there.
        return same && there.ContentLength == file.Content.Length && there.Headers.CacheControl == file.CacheControl && there.Headers.ContentType == ContentType.Of(file.Key);
    }

    private async Task AskAsync<T>(Func<Task<T>> request)
    {
        try
        {
            await request();
        }
        catch (Exception e) when (StoreFailure.IsOne(e))
        {
            throw StoreFailure.Of(e, Bucket, options.Storage);
        }
    }
}
