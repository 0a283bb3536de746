using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using Pipeline.Sandbox.ObjectStore.Bodies;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>Making an object of a multipart upload.</summary>
internal static class MultipartEnd
{
    private const long SmallestPart = 5 << 20;

    public static async Task CompleteAsync(S3Request request, Bucket bucket, TimeProvider time)
    {
        var id = request.Target.Find("uploadId")!;
        var document = S3Xml.Read(await request.Body.ReadDocumentAsync(request.Cancellation), "CompleteMultipartUpload");
        // A client whose connection broke while it waited for the answer asks again.
        if (bucket.Find(request.Key) is { } done && done.Upload == id)
        {
            await AnswerAsync(request, bucket, done);
            return;
        }

        var upload = bucket.Uploads.Get(id, request.Key);
        if (!upload.TryBeginCompleting())
            throw new S3Exception(HttpStatusCode.Conflict, "OperationAborted", "A conflicting conditional operation is currently in progress against this resource. Please try again.");
        try
        {
            await AnswerAsync(request, bucket, await JoinAsync(request, bucket, upload, Parts(document, upload), time));
        }
        finally
        {
            upload.EndCompleting();
        }
    }

    private static async Task<ObjectRecord> JoinAsync(S3Request request, Bucket bucket, Upload upload, List<PartRecord> parts, TimeProvider time)
    {
        var check = Preconditions.ForWriting(request.Headers, bucket.Find(request.Key));
        check(bucket.Find(request.Key));
        var kind = parts.All(p => p.Checksum is not null) ? upload.Record.ChecksumKind : null;
        var content = await bucket.Content.JoinAsync(parts.Select(p => new ContentSlice(bucket.Content, p.File, 0, p.Length)), upload.Record.IsFullObject ? kind : null, request.Cancellation);
        var record = upload.Record.Object with
        {
            File = content.File,
            Length = content.Length,
            ETag = $"{Convert.ToHexStringLower(Md5([.. parts.SelectMany(p => Convert.FromHexString(p.ETag))]))}-{parts.Count}",
            Modified = ObjectWrites.Seconds(time.GetUtcNow()),
            Checksum = content.Checksum ?? (kind is null ? null : Composite(kind, parts)),
            Parts = [.. parts.Select(p => p.Length)],
            Upload = upload.Record.Id,
        };
        ObjectWrites.Commit(bucket, record, before =>
        {
            check(before);
            Compare(request, record.Checksum);
        });
        bucket.Uploads.Remove(upload.Record.Id);
        return record;
    }

    // <CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"…"</ETag></Part>…</CompleteMultipartUpload>
    private static List<PartRecord> Parts(XElement document, Upload upload)
    {
        var there = upload.Parts.ToDictionary(p => p.Number);
        var parts = new List<PartRecord>();
        foreach (var wanted in document.Elements("Part"))
        {
            var number = int.TryParse((string?)wanted.Element("PartNumber"), out var parsed) ? parsed : throw S3Exception.MalformedXml();
            if (parts.Count > 0 && number <= parts[^1].Number)
                throw new S3Exception(HttpStatusCode.BadRequest, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");
            if (!there.TryGetValue(number, out var part) || ((string?)wanted.Element("ETag"))?.Trim('"') != part.ETag || !HasChecksum(wanted, upload, part))
                throw new S3Exception(
                    HttpStatusCode.BadRequest, "InvalidPart",
                    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.");
            parts.Add(part);
        }

        if (parts.Count == 0)
            throw S3Exception.MalformedXml();
        if (parts.SkipLast(1).Any(p => p.Length < SmallestPart))
            throw new S3Exception(HttpStatusCode.BadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
        return parts;
    }

    private static bool HasChecksum(XElement wanted, Upload upload, PartRecord part) =>
        upload.Record.ChecksumKind is not { } kind || (string?)wanted.Element(ChecksumKind.Element(kind)) is not { } said || said == part.Checksum;

    private static ObjectChecksum Composite(string kind, List<PartRecord> parts)
    {
        using var running = ChecksumKind.Start(kind);
        foreach (var part in parts)
            running.Append(Convert.FromBase64String(part.Checksum!));
        return new ObjectChecksum(kind, $"{Convert.ToBase64String(running.Finish())}-{parts.Count}");
    }

    private static void Compare(S3Request request, ObjectChecksum? found)
    {
        if (found is not null && request.Header(ChecksumKind.Header(found.Kind)) is { } said && said != found.Value)
            throw S3Exception.BadDigest(found.Kind.ToUpperInvariant());
    }

    private static Task AnswerAsync(S3Request request, Bucket bucket, ObjectRecord record) => S3Xml.WriteAsync(request.Response, S3Xml.Element(
        "CompleteMultipartUploadResult",
        S3Xml.Element("Location", $"http://{request.Http.Request.Host}{request.Target.Path}"),
        S3Xml.Element("Bucket", bucket.Name), S3Xml.Element("Key", record.Key), S3Xml.Element("ETag", ObjectHeaders.Quoted(request, record.ETag)),
        record.Checksum is { } sum ? new[] { S3Xml.Element(ChecksumKind.Element(sum.Kind), sum.Value), S3Xml.Element("ChecksumType", sum.Type) } : null), request.Cancellation);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "S3's ETag is an MD5; nothing relies on it for safety.")]
    private static byte[] Md5(byte[] bytes) => MD5.HashData(bytes);
}
