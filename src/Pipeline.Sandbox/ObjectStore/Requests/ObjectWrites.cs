using System.Net;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>PUT of an object in one piece.</summary>
internal static class ObjectWrites
{
    private const long Largest = 5L << 30;

    public static async Task PutAsync(S3Request request, Bucket bucket, TimeProvider time)
    {
        var headers = ObjectHeaders.Of(request.Headers);
        var tags = ObjectTags.OfHeader(request.Header("x-amz-tagging"));
        var atStart = bucket.Find(request.Key);
        var check = Preconditions.ForWriting(request.Headers, atStart);
        // Refused before gigabytes are sent, and looked at again when they are there.
        check(atStart);
        var content = await ReceiveAsync(request, bucket);
        var record = new ObjectRecord(request.Key, content.File, content.Length, content.ETag, Seconds(time.GetUtcNow())) { Headers = headers, Tags = tags, Checksum = content.Checksum };
        Commit(bucket, record, check);
        request.Response.Headers.ETag = ObjectHeaders.Quoted(request, record.ETag);
        if (record.Checksum is { } checksum)
            ObjectHeaders.WriteChecksum(request.Response.Headers, checksum);
    }

    /// <summary>Receives a body of an object or a part.</summary>
    public static Task<ReceivedContent> ReceiveAsync(S3Request request, Bucket bucket)
    {
        var length = request.Body.Length;
        if (length > Largest)
            throw new S3Exception(HttpStatusCode.BadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        return bucket.Content.ReceiveAsync(request.Body, request.Faults.Strikes("s3-cut", 1) ? length / 2 : null, request.Cancellation);
    }

    /// <summary>Makes content an object, or removes it again when the object must not be written.</summary>
    public static void Commit(Bucket bucket, ObjectRecord record, Action<ObjectRecord?> check)
    {
        try
        {
            bucket.Put(record, check);
        }
        catch
        {
            bucket.Content.Delete(record.File);
            throw;
        }
    }

    /// <summary>A time as HTTP can tell it.</summary>
    public static DateTimeOffset Seconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
