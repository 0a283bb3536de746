using Amazon.Runtime;

namespace Amazon.CloudFront;

/// <summary>What every CloudFront request is.</summary>
public class AmazonCloudFrontRequest : AmazonWebServiceRequest
{
}
