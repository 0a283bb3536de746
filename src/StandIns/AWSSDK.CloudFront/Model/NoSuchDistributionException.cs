using System.Net;
using Amazon.Runtime;

namespace Amazon.CloudFront.Model;

/// <summary>The account has no distribution with this id.</summary>
public class NoSuchDistributionException : AmazonCloudFrontException
{
    /// <summary>The error as CloudFront answered it.</summary>
    public NoSuchDistributionException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
