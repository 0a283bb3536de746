using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Pipeline.Leases;
using Pipeline.ObjectStore;
using Pipeline.Output;
using Serilog;

namespace Pipeline.Backups;

/// <summary>The bucket that dumps are kept in.</summary>
internal sealed class BackupBucket(BackupOptions options, ILogger log, RequestGate gate) : IDisposable
{
    private const string HashKey = "sha256";
    private const int PartSize = 16 << 20;
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(5);
    private readonly AmazonS3Client client = S3.Open(options.Storage, gate: gate);

    /// <summary>The bucket's name.</summary>
    public string Name { get; } = options.BackupBucket!;

    /// <summary>True when the backup is still there, as large as it was and with the hash it had.</summary>
    public async Task<bool> HoldsAsync(BackupResult backup, CancellationToken cancellation)
    {
        try
        {
            var found = await client.GetObjectMetadataAsync(Name, backup.Id, cancellation);
            return found.ContentLength == backup.SizeBytes && found.Metadata[HashKey] == backup.Sha256;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        catch (Exception e) when (StoreFailure.IsOne(e))
        {
            throw StoreFailure.Of(e, Name, options.Storage);
        }
    }

    /// <summary>Uploads a dump, in parts when it is large. A part upload that fails or is cancelled is aborted.</summary>
    public async Task UploadAsync(Dump dump, string key, CancellationToken cancellation)
    {
        var request = new TransferUtilityUploadRequest
        {
            BucketName = Name,
            Key = key,
            FilePath = dump.Path,
            ContentType = "application/octet-stream",
            // A store takes at most 10,000 parts.
            PartSize = Math.Max(PartSize, (dump.SizeBytes / 9000) + 1),
        };
        request.Metadata[HashKey] = dump.Sha256;
        request.UploadProgressEvent += (_, e) => log.Progress("backup-upload", "Uploading the dump", e.TransferredBytes, e.TotalBytes, "bytes");
        try
        {
            using var transfer = new TransferUtility(client, new TransferUtilityConfig { ConcurrentServiceRequests = 4, MinSizeBeforePartUpload = PartSize });
            await transfer.UploadAsync(request, cancellation);
        }
        catch (Exception e) when (StoreFailure.IsOne(e))
        {
            throw StoreFailure.Of(e, Name, options.Storage);
        }
    }

    /// <summary>Reads an object back into a file that must not exist.</summary>
    /// <returns>SHA-256 of what came, in lower-case hex.</returns>
    public async Task<string> DownloadAsync(string key, string path, CancellationToken cancellation)
    {
        try
        {
            using var found = await client.GetObjectAsync(Name, key, cancellation);
            await using var file = new HashedFile(path, done => log.Progress("backup-proof", "Reading the backup back", done, found.ContentLength, "bytes"));
            await file.CopyFromAsync(found.ResponseStream, cancellation);
            return file.Sha256;
        }
        catch (Exception e) when (StoreFailure.IsOne(e) || e is IOException)
        {
            throw StoreFailure.Of(e, Name, options.Storage);
        }
    }

    /// <summary>Removes an object that was not proven, so that nobody restores it one day. Failing to is only reported.</summary>
    public async Task RemoveAsync(string key)
    {
        // The run's own token may be cancelled by now.
        using var limit = new CancellationTokenSource(RemovalLimit);
        try
        {
            await client.DeleteObjectAsync(Name, key, limit.Token);
        }
        catch (Exception e) when (StoreFailure.IsOne(e) || e is OperationCanceledException)
        {
            log.Warning("The unproven dump '{Key}' is left in the bucket '{Bucket}': {Why}", key, Name, e.Message);
        }
    }

    /// <summary>Removes what an upload that was cut off left: the object, or its parts.</summary>
    /// <returns>True when there was something.</returns>
    public async Task<bool> RemoveLeftAsync(string key, CancellationToken cancellation)
    {
        await AbortLeftAsync(key, cancellation);
        try
        {
            await client.GetObjectMetadataAsync(Name, key, cancellation);
            await client.DeleteObjectAsync(Name, key, cancellation);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        catch (Exception e) when (StoreFailure.IsOne(e))
        {
            log.Warning("Whether the bucket '{Bucket}' still has the unproven dump '{Key}' could not be seen: {Why:l}", Name, key, e.Message);
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    // An account that may write dumps need not be allowed to list uploads.
    private async Task AbortLeftAsync(string key, CancellationToken cancellation)
    {
        try
        {
            var parts = (await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Name, Prefix = key }, cancellation)).MultipartUploads ?? [];
            foreach (var upload in parts.Where(u => u.Key == key))
                await client.AbortMultipartUploadAsync(Name, key, upload.UploadId, cancellation);
        }
        catch (Exception e) when (StoreFailure.IsOne(e))
        {
            log.Warning("Whether the bucket '{Bucket}' still has parts of the dump '{Key}', whose upload was cut off, could not be seen: {Why:l}", Name, key, e.Message);
        }
    }
}
