using System.Xml.Linq;
using Amazon.CloudFront.Model;
using Amazon.Runtime.Internal;

namespace Amazon.CloudFront.Internal;

/// <summary>The operations on invalidations.</summary>
internal static class InvalidationXml
{
    public static InvokeOptions Create { get; } = new()
    {
        RequestMarshaller = new CloudFrontOperation<CreateInvalidationRequest>("POST", "distribution/{DistributionId}/invalidation", (from, to) =>
        {
            to.SetPathPart("DistributionId", from.DistributionId);
            to.SetBody(Written(from.InvalidationBatch ?? throw new AmazonCloudFrontException("The request has no InvalidationBatch.")));
        }),
        ResponseUnmarshaller = new CloudFrontAnswer((root, response) => new CreateInvalidationResponse
        {
            Invalidation = Read(root),
            Location = response.GetHeaderValue("Location"),
        }),
    };

    public static InvokeOptions Get { get; } = new()
    {
        RequestMarshaller = new CloudFrontOperation<GetInvalidationRequest>("GET", "distribution/{DistributionId}/invalidation/{Id}", (from, to) =>
        {
            to.SetPathPart("DistributionId", from.DistributionId);
            to.SetPathPart("Id", from.Id);
        }),
        ResponseUnmarshaller = new CloudFrontAnswer((root, _) => new GetInvalidationResponse { Invalidation = Read(root) }),
    };

    private static XElement Written(InvalidationBatch batch)
    {
        var ns = CloudFrontXml.Namespace;
        var body = new XElement(ns + "InvalidationBatch");
        if (batch.Paths is { } paths)
            body.Add(new XElement(
                ns + "Paths",
                paths.Quantity is { } quantity ? new XElement(ns + "Quantity", quantity) : null,
                paths.Items is { } items ? new XElement(ns + "Items", items.Select(path => new XElement(ns + "Path", path))) : null));
        if (batch.CallerReference is { } reference)
            body.Add(new XElement(ns + "CallerReference", reference));
        return body;
    }

    private static Invalidation Read(XElement root) => new()
    {
        Id = root.Text("Id"),
        Status = root.Text("Status"),
        CreateTime = root.Time("CreateTime"),
        InvalidationBatch = root.Child("InvalidationBatch") is { } batch
            ? new InvalidationBatch { CallerReference = batch.Text("CallerReference"), Paths = Paths(batch.Child("Paths")) }
            : null,
    };

    private static Paths Paths(XElement paths) => paths is null ? null : new Paths
    {
        Quantity = paths.Number("Quantity"),
        Items = paths.Child("Items")?.Elements().Select(path => path.Value).ToList(),
    };
}
