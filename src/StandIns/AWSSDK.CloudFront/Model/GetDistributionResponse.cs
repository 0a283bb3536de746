using Amazon.Runtime;

namespace Amazon.CloudFront.Model;

/// <summary>A distribution as it is now.</summary>
public class GetDistributionResponse : AmazonWebServiceResponse
{
    /// <summary>The distribution.</summary>
    public Distribution Distribution { get; set; }

    /// <summary>The version of its configuration.</summary>
    public string ETag { get; set; }
}
