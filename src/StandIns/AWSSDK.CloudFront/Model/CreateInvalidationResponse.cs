using Amazon.Runtime;

namespace Amazon.CloudFront.Model;

/// <summary>The invalidation that was created, or the earlier one with the same caller reference.</summary>
public class CreateInvalidationResponse : AmazonWebServiceResponse
{
    /// <summary>The invalidation.</summary>
    public Invalidation Invalidation { get; set; }

    /// <summary>Its address in the API.</summary>
    public string Location { get; set; }
}
