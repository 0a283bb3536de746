using System.Net;
using Pipeline.Sandbox.ObjectStore.Bodies;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>Starting, filling, looking at and giving up a multipart upload.</summary>
internal static class Multipart
{
    private const int LargestPage = 1000;

    public static Task StartAsync(S3Request request, Bucket bucket, TimeProvider time)
    {
        var kind = request.Header("x-amz-checksum-algorithm")?.ToLowerInvariant();
        if (kind is not null)
            ChecksumKind.Start(kind).Dispose();
        var type = request.Header("x-amz-checksum-type") ?? (kind == "crc64nvme" ? "FULL_OBJECT" : "COMPOSITE");
        if (kind is not null && (type == "FULL_OBJECT" ? !ChecksumKind.IsCrc(kind) : kind == "crc64nvme"))
            throw S3Exception.InvalidRequest($"The {type} checksum type cannot be used with the {kind} checksum algorithm.");
        var draft = new ObjectRecord(request.Key, "", 0, "", default) { Headers = ObjectHeaders.Of(request.Headers), Tags = ObjectTags.OfHeader(request.Header("x-amz-tagging")) };
        var record = new UploadRecord(Guid.NewGuid().ToString("n"), draft, time.GetUtcNow(), kind, type == "FULL_OBJECT");
        bucket.Uploads.Start(record);
        if (kind is not null)
            (request.Response.Headers["x-amz-checksum-algorithm"], request.Response.Headers["x-amz-checksum-type"]) = (kind.ToUpperInvariant(), type);
        return S3Xml.WriteAsync(
            request.Response,
            S3Xml.Element("InitiateMultipartUploadResult", S3Xml.Element("Bucket", bucket.Name), S3Xml.Element("Key", request.Key), S3Xml.Element("UploadId", record.Id)),
            request.Cancellation);
    }

    public static async Task PutPartAsync(S3Request request, Bucket bucket, TimeProvider time)
    {
        var (upload, number) = (Get(request, bucket), Number(request));
        var part = Keep(upload, number, await ObjectWrites.ReceiveAsync(request, bucket), time, bucket);
        request.Response.Headers.ETag = ObjectHeaders.Quoted(request, part.ETag);
        if (part.Checksum is { } checksum)
            request.Response.Headers[ChecksumKind.Header(upload.Record.ChecksumKind!)] = checksum;
    }

    public static async Task CopyPartAsync(S3Request request, BucketSet buckets, Bucket bucket, TimeProvider time)
    {
        var (upload, number, source) = (Get(request, bucket), Number(request), CopySource.Of(request, buckets));
        var range = ByteRange.Parse(request.Header("x-amz-copy-source-range"), source.Record.Length, out var isSatisfiable);
        if (!isSatisfiable)
            throw S3Exception.InvalidArgument("Range specified is not valid for source object");
        var content = await source.CopyAsync(bucket, range, upload.Record.ChecksumKind, request.Cancellation);
        var part = Keep(upload, number, content, time, bucket);
        await S3Xml.WriteAsync(request.Response, ObjectCopies.Answer("CopyPartResult", request, part.Modified, part.ETag, content.Checksum), request.Cancellation);
    }

    public static Task ListPartsAsync(S3Request request, Bucket bucket)
    {
        var upload = Get(request, bucket);
        var (after, most) = (Listings.Most(request, "part-number-marker", int.MaxValue), Listings.Most(request, "max-parts", LargestPage));
        var rest = upload.Parts.Where(p => p.Number > (request.Has("part-number-marker") ? after : 0)).ToArray();
        var page = rest.Take(most).ToArray();
        return S3Xml.WriteAsync(request.Response, S3Xml.Element(
            "ListPartsResult",
            S3Xml.Element("Bucket", bucket.Name), S3Xml.Element("Key", upload.Record.Key), S3Xml.Element("UploadId", upload.Record.Id),
            S3Xml.Owner("Initiator"), S3Xml.Owner(), S3Xml.Element("StorageClass", "STANDARD"),
            S3Xml.Element("PartNumberMarker", request.Has("part-number-marker") ? after : 0),
            S3Xml.Element("NextPartNumberMarker", page.LastOrDefault()?.Number ?? 0),
            S3Xml.Element("MaxParts", most), S3Xml.Element("IsTruncated", page.Length < rest.Length),
            page.Select(p => S3Xml.Element(
                "Part",
                S3Xml.Element("PartNumber", p.Number), S3Xml.Element("LastModified", S3Xml.Time(p.Modified)), S3Xml.Element("ETag", $"\"{p.ETag}\""), S3Xml.Element("Size", p.Length),
                p.Checksum is null ? null : S3Xml.Element(ChecksumKind.Element(upload.Record.ChecksumKind!), p.Checksum)))), request.Cancellation);
    }

    public static Task ListUploadsAsync(S3Request request, Bucket bucket)
    {
        var (prefix, most, encode) = (Listings.Text(request, "prefix"), Listings.Most(request, "max-uploads", LargestPage), Listings.Encoding(request));
        var (key, id) = (Listings.Text(request, "key-marker"), Listings.Text(request, "upload-id-marker"));
        var all = bucket.Uploads.All.Where(u => u.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        var order = new KeyOrder();
        var position = all.FindIndex(u => u.Key == key && u.Id == id);
        var rest = position >= 0 ? all[(position + 1)..] : [.. all.Where(u => order.Compare(u.Key, key) > 0)];
        var page = rest.Take(most).ToArray();
        return S3Xml.WriteAsync(request.Response, S3Xml.Element(
            "ListMultipartUploadsResult",
            S3Xml.Element("Bucket", bucket.Name), S3Xml.Element("Prefix", encode(prefix)), S3Xml.Element("KeyMarker", encode(key)), S3Xml.Element("UploadIdMarker", id),
            page.Length < rest.Count && page.Length > 0 ? new[] { S3Xml.Element("NextKeyMarker", encode(page[^1].Key)), S3Xml.Element("NextUploadIdMarker", page[^1].Id) } : null,
            S3Xml.Element("MaxUploads", most), S3Xml.Element("IsTruncated", page.Length < rest.Count),
            page.Select(u => S3Xml.Element(
                "Upload",
                S3Xml.Element("Key", encode(u.Key)), S3Xml.Element("UploadId", u.Id), S3Xml.Owner("Initiator"), S3Xml.Owner(),
                S3Xml.Element("StorageClass", "STANDARD"), S3Xml.Element("Initiated", S3Xml.Time(u.Started))))), request.Cancellation);
    }

    public static void Abort(S3Request request, Bucket bucket)
    {
        bucket.Uploads.Remove(Get(request, bucket).Record.Id);
        request.Response.StatusCode = (int)HttpStatusCode.NoContent;
    }

    private static Upload Get(S3Request request, Bucket bucket) => bucket.Uploads.Get(request.Target.Find("uploadId")!, request.Key);

    private static int Number(S3Request request) => int.TryParse(request.Target.Find("partNumber"), out var number) && number is >= 1 and <= 10_000
        ? number
        : throw S3Exception.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive");

    private static PartRecord Keep(Upload upload, int number, ReceivedContent content, TimeProvider time, Bucket bucket)
    {
        if (content.Checksum is { } checksum && upload.Record.ChecksumKind is { } kind && checksum.Kind != kind)
        {
            bucket.Content.Delete(content.File);
            throw S3Exception.InvalidRequest($"Checksum Type mismatch occurred, expected checksum Type: {kind}, actual checksum Type: {checksum.Kind}");
        }

        var kept = upload.Record.ChecksumKind is null ? null : content.Checksum?.Value;
        var part = new PartRecord(number, content.File, content.Length, content.ETag, ObjectWrites.Seconds(time.GetUtcNow()), kept);
        upload.Put(part);
        return part;
    }
}
