using System.Net;
using Amazon.Runtime;

namespace Amazon.CloudFront.Model;

/// <summary>The distribution has no invalidation with this id.</summary>
public class NoSuchInvalidationException : AmazonCloudFrontException
{
    /// <summary>The error as CloudFront answered it.</summary>
    public NoSuchInvalidationException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
