namespace Amazon.CloudFront.Model;

/// <summary>Asks for a distribution.</summary>
public class GetDistributionRequest : AmazonCloudFrontRequest
{
    /// <summary>Empty; set the property.</summary>
    public GetDistributionRequest()
    {
    }

    /// <summary>A whole request.</summary>
    public GetDistributionRequest(string id) => Id = id;

    /// <summary>The distribution's id. Required.</summary>
    public string Id { get; set; }
}
