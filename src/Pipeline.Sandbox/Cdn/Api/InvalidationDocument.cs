using System.Net;
using System.Xml.Linq;

namespace Pipeline.Sandbox.Cdn.Api;

/// <summary>Invalidations as the API reads and writes them.</summary>
internal static class InvalidationDocument
{
    private const int LongestPath = 4000;

    /// <summary>Reads what a client wants.</summary>
    /// <remarks><code>
    /// &lt;InvalidationBatch>
    ///   &lt;Paths>&lt;Quantity>1&lt;/Quantity>&lt;Items>&lt;Path>/index.html&lt;/Path>&lt;/Items>&lt;/Paths>
    ///   &lt;CallerReference>release 7&lt;/CallerReference>
    /// &lt;/InvalidationBatch>
    /// </code></remarks>
    public static (string Reference, IReadOnlyList<string> Paths) Read(byte[] body)
    {
        if (body.Length == 0)
            throw new CdnException(HttpStatusCode.BadRequest, "MissingBody", "This operation requires a body. Ensure that the body is present and the Content-Type header is set.");
        var batch = CdnXml.Read(body, "InvalidationBatch");
        var list = batch.Element("Paths") ?? throw CdnException.MalformedXml();
        string[] paths = [.. list.Element("Items")?.Elements("Path").Select(p => p.Value) ?? []];
        if (!int.TryParse((string?)list.Element("Quantity"), out var quantity))
            throw CdnException.MalformedXml();
        if (quantity != paths.Length)
            throw new CdnException(HttpStatusCode.BadRequest, "InconsistentQuantities", "The value of Quantity and the size of Items don't match.");
        if (paths.Length == 0 || !paths.All(IsGood))
            throw CdnException.InvalidArgument("Your request contains one or more invalid invalidation paths.");
        return (string?)batch.Element("CallerReference") is { Length: > 0 } reference
            ? (reference, paths)
            : throw CdnException.InvalidArgument("The parameter CallerReference is required.");
    }

    public static XElement Of(InvalidationRecord record) => CdnXml.Element(
        "Invalidation",
        CdnXml.Element("Id", record.Id),
        CdnXml.Element("Status", record.Status),
        CdnXml.Element("CreateTime", CdnXml.Time(record.Created)),
        CdnXml.Element(
            "InvalidationBatch",
            CdnXml.List("Paths", [.. record.Paths.Select(p => CdnXml.Element("Path", p))]),
            CdnXml.Element("CallerReference", record.Reference)));

    /// <summary>A page of the list.</summary>
    /// <param name="all">All of them, the latest first.</param>
    /// <param name="marker">The id of the last one of the page before; empty for the first page.</param>
    /// <param name="most">How many a page has.</param>
    public static XElement List(IReadOnlyList<InvalidationRecord> all, string marker, int most)
    {
        var rest = marker.Length == 0 ? [.. all] : all.SkipWhile(r => r.Id != marker).Skip(1).ToArray();
        var page = rest.Take(most).ToArray();
        var isTruncated = page.Length < rest.Length;
        return CdnXml.Element(
            "InvalidationList",
            CdnXml.Element("Marker", marker),
            isTruncated && page.Length > 0 ? CdnXml.Element("NextMarker", page[^1].Id) : null,
            CdnXml.Element("MaxItems", most),
            CdnXml.Element("IsTruncated", isTruncated),
            CdnXml.Element("Quantity", page.Length),
            page.Length == 0 ? null : CdnXml.Element("Items", page.Select(r => CdnXml.Element(
                "InvalidationSummary", CdnXml.Element("Id", r.Id), CdnXml.Element("CreateTime", CdnXml.Time(r.Created)), CdnXml.Element("Status", r.Status)))));
    }

    private static bool IsGood(string path) =>
        path.StartsWith('/') && path.Length <= LongestPath && path.All(c => c is > ' ' and < '\x7f') && path.IndexOf('*', StringComparison.Ordinal) is var star && (star < 0 || star == path.Length - 1);
}
