using System.Xml.Linq;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>The listing of a bucket's objects, in both versions.</summary>
internal static class Listings
{
    private const int LargestPage = 1000;

    public static Task ListAsync(S3Request request, Bucket bucket)
    {
        var version2 = request.Target.Find("list-type") == "2";
        var (prefix, delimiter, most) = (Text(request, "prefix"), Text(request, "delimiter"), Most(request, "max-keys", LargestPage));
        var after = version2 ? Token(request) ?? Text(request, "start-after") : Text(request, "marker");
        var page = ListPage.Of(bucket.Objects.Values, prefix, delimiter, after, most);
        var encode = Encoding(request);
        var root = S3Xml.Element(
            "ListBucketResult",
            S3Xml.Element("Name", bucket.Name),
            S3Xml.Element("Prefix", encode(prefix)),
            delimiter.Length == 0 ? null : S3Xml.Element("Delimiter", encode(delimiter)),
            S3Xml.Element("MaxKeys", most),
            request.Has("encoding-type") ? S3Xml.Element("EncodingType", "url") : null,
            S3Xml.Element("IsTruncated", page.IsTruncated),
            version2 ? Version2(request, page, encode) : Version1(after, delimiter, page, encode),
            page.Objects.Select(o => Contents(request, o, encode, withOwner: !version2 || request.Target.Find("fetch-owner") == "true")),
            page.Prefixes.Select(p => S3Xml.Element("CommonPrefixes", S3Xml.Element("Prefix", encode(p)))));
        return S3Xml.WriteAsync(request.Response, root, request.Cancellation);
    }

    /// <summary>A parameter; empty when it is not there.</summary>
    public static string Text(S3Request request, string parameter) => request.Target.Find(parameter) ?? "";

    /// <summary>How many entries a page may have.</summary>
    public static int Most(S3Request request, string parameter, int otherwise)
    {
        if (request.Target.Find(parameter) is not { Length: > 0 } text)
            return otherwise;
        return int.TryParse(text, out var number) && number >= 0 ? Math.Min(number, otherwise) : throw S3Exception.InvalidArgument($"Argument {parameter} must be an integer between 0 and 2147483647");
    }

    /// <summary>How keys are written, as <c>encoding-type</c> asks for.</summary>
    public static Func<string, string> Encoding(S3Request request) => request.Target.Find("encoding-type") switch
    {
        null => key => key,
        "url" => key => Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal),
        _ => throw S3Exception.InvalidArgument("Invalid Encoding Method specified in Request"),
    };

    private static object[] Version2(S3Request request, ListPage page, Func<string, string> encode) =>
    [
        S3Xml.Element("KeyCount", page.Objects.Count + page.Prefixes.Count),
        .. request.Target.Find("continuation-token") is { } token ? [S3Xml.Element("ContinuationToken", token)] : Array.Empty<object>(),
        .. page.IsTruncated ? [S3Xml.Element("NextContinuationToken", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(page.Last)))] : Array.Empty<object>(),
        .. request.Target.Find("start-after") is { } start ? [S3Xml.Element("StartAfter", encode(start))] : Array.Empty<object>(),
    ];

    // Without a delimiter the next marker is the last key, which clients take themselves.
    private static object[] Version1(string marker, string delimiter, ListPage page, Func<string, string> encode) =>
    [
        S3Xml.Element("Marker", encode(marker)),
        .. page.IsTruncated && delimiter.Length > 0 ? [S3Xml.Element("NextMarker", encode(page.Last))] : Array.Empty<object>(),
    ];

    private static XElement Contents(S3Request request, ObjectRecord record, Func<string, string> encode, bool withOwner) => S3Xml.Element(
        "Contents",
        S3Xml.Element("Key", encode(record.Key)),
        S3Xml.Element("LastModified", S3Xml.Time(record.Modified)),
        S3Xml.Element("ETag", ObjectHeaders.Quoted(request, record.ETag)),
        record.Checksum is { } checksum ? new[] { S3Xml.Element("ChecksumAlgorithm", checksum.Kind.ToUpperInvariant()), S3Xml.Element("ChecksumType", checksum.Type) } : null,
        S3Xml.Element("Size", record.Length),
        withOwner ? S3Xml.Owner() : null,
        S3Xml.Element("StorageClass", "STANDARD"));

    private static string? Token(S3Request request)
    {
        if (request.Target.Find("continuation-token") is not { } token)
            return null;
        var bytes = new byte[token.Length];
        return token.Length > 0 && Convert.TryFromBase64String(token, bytes, out var length)
            ? System.Text.Encoding.UTF8.GetString(bytes, 0, length)
            : throw S3Exception.InvalidArgument("The continuation token provided is incorrect");
    }
}
