namespace Amazon.CloudFront.Model;

/// <summary>Asks a distribution to forget paths.</summary>
public class CreateInvalidationRequest : AmazonCloudFrontRequest
{
    /// <summary>Empty; set the properties.</summary>
    public CreateInvalidationRequest()
    {
    }

    /// <summary>A whole request.</summary>
    public CreateInvalidationRequest(string distributionId, InvalidationBatch invalidationBatch)
    {
        DistributionId = distributionId;
        InvalidationBatch = invalidationBatch;
    }

    /// <summary>The distribution's id. Required.</summary>
    public string DistributionId { get; set; }

    /// <summary>Which paths, and the reference that makes the request repeatable. Required.</summary>
    public InvalidationBatch InvalidationBatch { get; set; }
}
