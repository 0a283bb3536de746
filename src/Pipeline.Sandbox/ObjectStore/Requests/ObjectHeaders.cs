using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>The headers that an object is written with and served with.</summary>
internal static class ObjectHeaders
{
    private const string MetadataPrefix = "x-amz-meta-";
    private const int LargestMetadata = 2048;
    private static readonly string[] Kept = ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires", "x-amz-website-redirect-location"];
    private static readonly string[] Unknown = ["x-amz-object-lock-mode", "x-amz-object-lock-legal-hold", "x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-aws-kms-key-id"];
    private static readonly string[] OwnerAcls = ["", "private", "bucket-owner-full-control"];

    /// <summary>Those of a request that stay with the object.</summary>
    /// <exception cref="S3Exception">One asks for what this store does not do.</exception>
    public static ImmutableSortedDictionary<string, string> Of(IHeaderDictionary headers)
    {
        Refuse(headers);
        var kept = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        kept["content-type"] = "binary/octet-stream";
        foreach (var (header, values) in headers)
        {
            var name = header.ToLowerInvariant();
            var value = name == "content-encoding" ? WithoutChunks(values.ToString()) : values.ToString();
            if (value.Length > 0 && (Kept.Contains(name) || name.StartsWith(MetadataPrefix, StringComparison.Ordinal)))
                kept[name] = value;
        }

        var metadata = kept.Where(h => h.Key.StartsWith(MetadataPrefix, StringComparison.Ordinal)).Sum(h => h.Key.Length - MetadataPrefix.Length + Encoding.UTF8.GetByteCount(h.Value));
        if (metadata > LargestMetadata)
            throw new S3Exception(HttpStatusCode.BadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
        return kept.ToImmutable();
    }

    /// <summary>Writes an object's headers, but for those of its length and range.</summary>
    /// <param name="request">The request, which may override some.</param>
    /// <param name="record">The object.</param>
    public static void Write(S3Request request, ObjectRecord record)
    {
        var headers = request.Response.Headers;
        headers.ETag = Quoted(request, record.ETag);
        headers.LastModified = record.Modified.ToString("R");
        headers.AcceptRanges = "bytes";
        foreach (var (name, value) in record.Headers)
            headers[name] = Ascii(value);
        foreach (var (name, value) in request.Target.Query)
            if (name.StartsWith("response-", StringComparison.Ordinal) && Kept.Contains(name["response-".Length..]))
                headers[name["response-".Length..]] = Ascii(value);
        if (record.Tags.Count > 0)
            headers["x-amz-tagging-count"] = $"{record.Tags.Count}";
        if (record.Checksum is { } checksum && request.Header("x-amz-checksum-mode") == "ENABLED" && request.Header("Range") is null)
            WriteChecksum(headers, checksum);
    }

    /// <summary>Tells a checksum.</summary>
    public static void WriteChecksum(IHeaderDictionary headers, Bodies.ObjectChecksum checksum)
    {
        headers[Bodies.ChecksumKind.Header(checksum.Kind)] = checksum.Value;
        headers["x-amz-checksum-type"] = checksum.Type;
    }

    /// <summary>An ETag as headers and documents have it; another one than the object's when that fault is on.</summary>
    public static string Quoted(S3Request request, string etag) => request.Faults.Find("s3-wrong-etag") is null ? $"\"{etag}\"" : $"\"{Reversed(etag)}\"";

    /// <summary>A value in the one encoding that fits into a header, as S3 itself answers with.</summary>
    public static string Ascii(string value) => value.All(c => c is >= ' ' and < '\x7f') ? value : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=";

    private static string Reversed(string etag) => string.Concat(etag.Reverse());

    // The chunks are the transfer's, not the object's.
    private static string WithoutChunks(string encodings) =>
        string.Join(',', encodings.Split(',', StringSplitOptions.TrimEntries).Where(e => !e.Equals("aws-chunked", StringComparison.OrdinalIgnoreCase)));

    private static void Refuse(IHeaderDictionary headers)
    {
        if (Unknown.FirstOrDefault(headers.ContainsKey) is { } unknown)
            throw S3Exception.NotImplemented(unknown);
        if (headers["x-amz-server-side-encryption"].ToString() is not ("" or "AES256"))
            throw S3Exception.NotImplemented("x-amz-server-side-encryption");
        if (!OwnerAcls.Contains(headers["x-amz-acl"].ToString()))
            throw new S3Exception(HttpStatusCode.BadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs");
    }
}
