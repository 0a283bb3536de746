using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>The object that a copy is made of.</summary>
/// <param name="Bucket">Its bucket.</param>
/// <param name="Record">The object.</param>
internal sealed record CopySource(Bucket Bucket, ObjectRecord Record)
{
    /// <summary>Finds it and checks the conditions on it.</summary>
    /// <remarks><c>x-amz-copy-source: /bucket/a%20key</c>; the first slash may be missing.</remarks>
    public static CopySource Of(S3Request request, BucketSet buckets)
    {
        var text = request.Header("x-amz-copy-source")!;
        if (text.Contains("?versionId=", StringComparison.Ordinal))
            throw S3Exception.NotImplemented("versionId");
        if (Uri.UnescapeDataString(text).TrimStart('/').Split('/', 2) is not [var name, { Length: > 0 } key])
            throw S3Exception.InvalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        var bucket = buckets.Get(name);
        var record = bucket.Find(key) ?? throw S3Exception.NoSuchKey();
        return Preconditions.ForCopying(request.Headers, record) == Precondition.Holds ? new CopySource(bucket, record) : throw S3Exception.PreconditionFailed();
    }

    /// <summary>Copies its content, or a part of it, into a bucket's files.</summary>
    public Task<ReceivedContent> CopyAsync(Bucket target, ByteRange? range, string? checksum, CancellationToken cancellation) => target.Content.JoinAsync(
        [new ContentSlice(Bucket.Content, Record.File, range?.Start ?? 0, range?.Length ?? Record.Length)], checksum, cancellation);
}
