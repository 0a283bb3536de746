using Amazon.Runtime;

namespace Amazon.CloudFront.Model;

/// <summary>An invalidation as it is now.</summary>
public class GetInvalidationResponse : AmazonWebServiceResponse
{
    /// <summary>The invalidation.</summary>
    public Invalidation Invalidation { get; set; }
}
