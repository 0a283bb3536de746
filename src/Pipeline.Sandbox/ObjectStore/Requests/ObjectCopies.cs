using System.Net;
using Pipeline.Sandbox.ObjectStore.Bodies;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>PUT of an object out of another.</summary>
internal static class ObjectCopies
{
    public static async Task CopyAsync(S3Request request, BucketSet buckets, Bucket bucket, TimeProvider time)
    {
        var source = CopySource.Of(request, buckets);
        var replaces = Directive(request, "x-amz-metadata-directive");
        if (source.Bucket == bucket && source.Record.Key == request.Key && !replaces)
            throw S3Exception.InvalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
        var check = Preconditions.ForWriting(request.Headers, bucket.Find(request.Key));
        var content = await source.CopyAsync(bucket, null, Kind(request) ?? source.Record.Checksum?.Kind, request.Cancellation);
        var record = new ObjectRecord(request.Key, content.File, content.Length, content.ETag, ObjectWrites.Seconds(time.GetUtcNow()))
        {
            Headers = replaces ? ObjectHeaders.Of(request.Headers) : source.Record.Headers,
            Tags = Directive(request, "x-amz-tagging-directive") ? ObjectTags.OfHeader(request.Header("x-amz-tagging")) : source.Record.Tags,
            Checksum = content.Checksum,
        };
        ObjectWrites.Commit(bucket, record, check);
        await S3Xml.WriteAsync(request.Response, Answer("CopyObjectResult", request, record.Modified, record.ETag, record.Checksum), request.Cancellation);
    }

    /// <summary>What a copy is answered with.</summary>
    public static System.Xml.Linq.XElement Answer(string name, S3Request request, DateTimeOffset modified, string etag, ObjectChecksum? checksum) => S3Xml.Element(
        name,
        S3Xml.Element("LastModified", S3Xml.Time(modified)),
        S3Xml.Element("ETag", ObjectHeaders.Quoted(request, etag)),
        checksum is null ? null : S3Xml.Element(ChecksumKind.Element(checksum.Kind), checksum.Value));

    private static string? Kind(S3Request request) => request.Header("x-amz-checksum-algorithm")?.ToLowerInvariant();

    private static bool Directive(S3Request request, string header) => request.Header(header) switch
    {
        null or "COPY" => false,
        "REPLACE" => true,
        _ => throw new S3Exception(HttpStatusCode.BadRequest, "InvalidArgument", "Unknown metadata directive."),
    };
}
