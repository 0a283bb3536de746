using System.Net;
using System.Xml.Linq;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>DELETE of one object, and of up to a thousand at once.</summary>
internal static class ObjectDeletes
{
    private const int Most = 1000;

    public static void Delete(S3Request request, Bucket bucket)
    {
        Remove(bucket, request.Key, request.Header("If-Match"));
        request.Response.StatusCode = (int)HttpStatusCode.NoContent;
    }

    // <Delete><Quiet>true</Quiet><Object><Key>a</Key><ETag>"…"</ETag></Object>…</Delete>
    public static async Task DeleteManyAsync(S3Request request, Bucket bucket)
    {
        var document = S3Xml.Read(await request.Body.ReadGuardedDocumentAsync(request.Cancellation), "Delete");
        var wanted = document.Elements("Object").ToArray();
        if (wanted.Length is 0 or > Most)
            throw S3Exception.MalformedXml();
        var quiet = (string?)document.Element("Quiet") == "true";
        var results = wanted.Select(one => Outcome(bucket, one, quiet)).OfType<XElement>().ToArray();
        await S3Xml.WriteAsync(request.Response, S3Xml.Element("DeleteResult", results), request.Cancellation);
    }

    private static XElement? Outcome(Bucket bucket, XElement one, bool quiet)
    {
        var key = (string?)one.Element("Key") is { Length: > 0 } text ? text : throw S3Exception.MalformedXml();
        try
        {
            if (one.Element("VersionId") is { Value: not "null" })
                throw new S3Exception(HttpStatusCode.BadRequest, "NoSuchVersion", "The specified version does not exist.");
            Remove(bucket, key, (string?)one.Element("ETag"));
            return quiet ? null : S3Xml.Element("Deleted", S3Xml.Element("Key", key));
        }
        catch (S3Exception e)
        {
            return S3Xml.Element("Error", S3Xml.Element("Key", key), S3Xml.Element("Code", e.Code), S3Xml.Element("Message", e.Message));
        }
    }

    // Removing what is not there succeeds, unless the client was sure that it is.
    private static void Remove(Bucket bucket, string key, string? match) => bucket.Remove(key, now =>
    {
        if (match is null)
            return;
        if (now is null)
            throw S3Exception.NoSuchKey();
        if (!Preconditions.Matches(match, now.ETag))
            throw S3Exception.PreconditionFailed();
    });
}
