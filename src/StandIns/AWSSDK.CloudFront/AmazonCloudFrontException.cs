using System.Net;
using Amazon.Runtime;

namespace Amazon.CloudFront;

/// <summary>CloudFront answered with an error; <see cref="AmazonServiceException.ErrorCode"/> says which.</summary>
public class AmazonCloudFrontException : AmazonServiceException
{
    /// <summary>An error found before anything was sent.</summary>
    public AmazonCloudFrontException(string message)
        : base(message)
    {
    }

    /// <summary>An error as CloudFront answered it.</summary>
    public AmazonCloudFrontException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
