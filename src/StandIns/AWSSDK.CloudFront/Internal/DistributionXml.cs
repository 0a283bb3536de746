using System.Xml.Linq;
using Amazon.CloudFront.Model;
using Amazon.Runtime.Internal;

namespace Amazon.CloudFront.Internal;

/// <summary>The operation on distributions.</summary>
internal static class DistributionXml
{
    public static InvokeOptions Get { get; } = new()
    {
        RequestMarshaller = new CloudFrontOperation<GetDistributionRequest>("GET", "distribution/{Id}", (from, to) => to.SetPathPart("Id", from.Id)),
        ResponseUnmarshaller = new CloudFrontAnswer((root, response) => new GetDistributionResponse
        {
            Distribution = Read(root),
            ETag = response.GetHeaderValue("ETag"),
        }),
    };

    private static Distribution Read(XElement root) => new()
    {
        Id = root.Text("Id"),
        ARN = root.Text("ARN"),
        Status = root.Text("Status"),
        DomainName = root.Text("DomainName"),
        InProgressInvalidationBatches = root.Number("InProgressInvalidationBatches"),
        DistributionConfig = root.Child("DistributionConfig") is { } config ? new DistributionConfig { Enabled = config.Flag("Enabled") } : null,
    };
}
