using Amazon.Runtime;
using Amazon.Runtime.Endpoints;

namespace Amazon.CloudFront.Internal;

/// <summary>One endpoint serves all regions of a partition, and its requests are signed for one region whatever the client's own is.</summary>
internal sealed class CloudFrontEndpoints : IEndpointProvider
{
    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        if (parameters["Endpoint"] is string { Length: > 0 } given)
            return new Endpoint(given);
        return parameters["Region"] switch
        {
            string region when region.StartsWith("cn-", StringComparison.Ordinal) => SignedFor("https://cloudfront.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
            string => SignedFor("https://cloudfront.amazonaws.com", "us-east-1"),
            _ => throw new AmazonClientException("CloudFront needs a RegionEndpoint or a ServiceURL."),
        };
    }

    private static Endpoint SignedFor(string url, string region) => new(
        url, $$"""{"authSchemes":[{"name":"sigv4","signingName":"cloudfront","signingRegion":"{{region}}"}]}""", "{}");
}
