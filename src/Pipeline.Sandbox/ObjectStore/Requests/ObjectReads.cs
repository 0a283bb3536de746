using System.Net;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>GET and HEAD of an object.</summary>
internal static class ObjectReads
{
    public static async Task ReadAsync(S3Request request, Bucket bucket)
    {
        var (record, content) = bucket.Open(request.Key) ?? throw S3Exception.NoSuchKey();
        await using var opened = content;
        switch (Preconditions.ForReading(request.Headers, record))
        {
            case Precondition.Failed:
                throw S3Exception.PreconditionFailed();
            case Precondition.NotModified:
                ObjectHeaders.Write(request, record);
                request.Response.StatusCode = (int)HttpStatusCode.NotModified;
                return;
            default:
                await SendAsync(request, bucket, record, content);
                return;
        }
    }

    private static async Task SendAsync(S3Request request, Bucket bucket, ObjectRecord record, FileStream content)
    {
        var range = PartOf(request, record) ?? RangeOf(request, record);
        ObjectHeaders.Write(request, record);
        if (range is not null)
        {
            request.Response.StatusCode = (int)HttpStatusCode.PartialContent;
            request.Response.Headers.ContentRange = range.Of(record.Length);
        }

        var slice = new ContentSlice(bucket.Content, record.File, range?.Start ?? 0, range?.Length ?? record.Length);
        request.Response.ContentLength = slice.Length;
        if (request.Method == "HEAD")
            return;
        var cutAfter = request.Faults.Strikes("s3-cut", 1) ? slice.Length / 2 : long.MaxValue;
        var sent = 0L;
        await foreach (var piece in slice.ReadAsync(content, request.Cancellation))
        {
            var taken = piece[..(int)Math.Min(piece.Length, cutAfter - sent)];
            await request.Response.Body.WriteAsync(taken, request.Cancellation);
            sent += taken.Length;
            if (sent < cutAfter)
                continue;
            await request.Response.Body.FlushAsync(request.Cancellation);
            request.Http.Abort();
            return;
        }
    }

    private static ByteRange? RangeOf(S3Request request, ObjectRecord record)
    {
        // A range of what the client thinks is a newer version is answered with the whole (RFC 9110, section 13.1.5).
        if (request.Header("If-Range") is { } condition && condition.Trim('"') != record.ETag)
            return null;
        var range = ByteRange.Parse(request.Header("Range"), record.Length, out var isSatisfiable);
        if (isSatisfiable)
            return range;
        request.Response.Headers.ContentRange = $"bytes */{record.Length}";
        throw new S3Exception(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable");
    }

    private static ByteRange? PartOf(S3Request request, ObjectRecord record)
    {
        if (request.Target.Find("partNumber") is not { } text)
            return null;
        var parts = record.Parts.IsEmpty ? [record.Length] : record.Parts;
        if (!int.TryParse(text, out var number) || number < 1)
            throw S3Exception.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive");
        if (number > parts.Length)
            throw new S3Exception(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable");
        if (!record.Parts.IsEmpty)
            request.Response.Headers["x-amz-mp-parts-count"] = $"{parts.Length}";
        return new ByteRange(parts.Take(number - 1).Sum(), parts[number - 1]);
    }
}
