using System.Collections.Immutable;
using System.Net;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>An object's tags, in the header <c>x-amz-tagging</c> and as the sub-resource <c>?tagging</c>.</summary>
internal static class ObjectTags
{
    private const int Most = 10;

    // x-amz-tagging: release=42&kept%20by=nobody
    public static ImmutableSortedDictionary<string, string> OfHeader(string? header) => Checked((header ?? "")
        .Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))
        .Select(p => KeyValuePair.Create(Decoded(p[0]), p.Length == 1 ? "" : Decoded(p[1]))));

    public static async Task PutAsync(S3Request request, Storage.Bucket bucket)
    {
        var document = S3Xml.Read(await request.Body.ReadGuardedDocumentAsync(request.Cancellation), "Tagging");
        Change(request, bucket, Checked(document.Descendants("Tag").Select(t => KeyValuePair.Create((string?)t.Element("Key") ?? "", (string?)t.Element("Value") ?? ""))));
    }

    public static Task GetAsync(S3Request request, Storage.Bucket bucket)
    {
        var record = bucket.Find(request.Key) ?? throw S3Exception.NoSuchKey();
        var tags = record.Tags.Select(t => S3Xml.Element("Tag", S3Xml.Element("Key", t.Key), S3Xml.Element("Value", t.Value)));
        return S3Xml.WriteAsync(request.Response, S3Xml.Element("Tagging", S3Xml.Element("TagSet", tags)), request.Cancellation);
    }

    public static void Delete(S3Request request, Storage.Bucket bucket)
    {
        Change(request, bucket, ImmutableSortedDictionary<string, string>.Empty);
        request.Response.StatusCode = (int)HttpStatusCode.NoContent;
    }

    private static void Change(S3Request request, Storage.Bucket bucket, ImmutableSortedDictionary<string, string> tags)
    {
        if (!bucket.Update(request.Key, record => record with { Tags = tags }))
            throw S3Exception.NoSuchKey();
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static ImmutableSortedDictionary<string, string> Checked(IEnumerable<KeyValuePair<string, string>> tags)
    {
        var all = tags.ToArray();
        if (all.Length > Most || all.DistinctBy(t => t.Key).Count() != all.Length || all.Any(t => t.Key.Length is 0 or > 128 || t.Value.Length > 256))
            throw new S3Exception(HttpStatusCode.BadRequest, "InvalidTag", "The tags are more than 10, not unique, or too long");
        return all.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }
}
