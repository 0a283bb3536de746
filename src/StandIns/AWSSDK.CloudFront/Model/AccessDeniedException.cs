using System.Net;
using Amazon.Runtime;

namespace Amazon.CloudFront.Model;

/// <summary>The credentials may not do this.</summary>
public class AccessDeniedException : AmazonCloudFrontException
{
    /// <summary>The error as CloudFront answered it.</summary>
    public AccessDeniedException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
