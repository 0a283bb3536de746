namespace Amazon.CloudFront.Model;

/// <summary>Asks how far an invalidation is.</summary>
public class GetInvalidationRequest : AmazonCloudFrontRequest
{
    /// <summary>Empty; set the properties.</summary>
    public GetInvalidationRequest()
    {
    }

    /// <summary>A whole request.</summary>
    public GetInvalidationRequest(string distributionId, string id)
    {
        DistributionId = distributionId;
        Id = id;
    }

    /// <summary>The distribution's id. Required.</summary>
    public string DistributionId { get; set; }

    /// <summary>The invalidation's id. Required.</summary>
    public string Id { get; set; }
}
