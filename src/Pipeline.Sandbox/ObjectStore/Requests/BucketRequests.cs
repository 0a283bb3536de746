using System.Net;
using System.Xml.Linq;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>The requests on buckets themselves.</summary>
internal static class BucketRequests
{
    private const string FirstRegion = "us-east-1";

    public static Task ListAsync(S3Request request, BucketSet buckets) => S3Xml.WriteAsync(request.Response, S3Xml.Element(
        "ListAllMyBucketsResult",
        S3Xml.Owner(),
        S3Xml.Element("Buckets", buckets.All.Select(b => S3Xml.Element("Bucket", S3Xml.Element("Name", b.Name), S3Xml.Element("CreationDate", S3Xml.Time(b.Created)))))), request.Cancellation);

    // <CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>
    public static async Task CreateAsync(S3Request request, BucketSet buckets, string region)
    {
        var document = request.Http.Request.ContentLength is null or 0 ? [] : await request.Body.ReadDocumentAsync(request.Cancellation);
        var wanted = document.Length == 0 ? null : (string?)S3Xml.Read(document, "CreateBucketConfiguration").Element("LocationConstraint");
        if ((wanted ?? FirstRegion) != region)
            throw new S3Exception(
                HttpStatusCode.BadRequest, "IllegalLocationConstraintException",
                $"The {wanted ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.");
        // The oldest region alone takes it for a success, as it always did.
        if (!buckets.Create(request.Bucket) && region != FirstRegion)
            throw new S3Exception(HttpStatusCode.Conflict, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.");
        request.Response.Headers.Location = $"/{request.Bucket}";
    }

    public static void Head(S3Request request, BucketSet buckets, string region)
    {
        buckets.Get(request.Bucket);
        request.Response.Headers["x-amz-bucket-region"] = region;
    }

    public static void Delete(S3Request request, BucketSet buckets)
    {
        buckets.Remove(request.Bucket);
        request.Response.StatusCode = (int)HttpStatusCode.NoContent;
    }

    /// <summary>Where a bucket is; the oldest region has no name here.</summary>
    public static Task LocateAsync(S3Request request, string region) =>
        S3Xml.WriteAsync(request.Response, S3Xml.Element("LocationConstraint", region == FirstRegion ? null : new XText(region)), request.Cancellation);

    /// <summary>Buckets here have never been versioned.</summary>
    public static Task TellVersioningAsync(S3Request request) => S3Xml.WriteAsync(request.Response, S3Xml.Element("VersioningConfiguration"), request.Cancellation);
}
