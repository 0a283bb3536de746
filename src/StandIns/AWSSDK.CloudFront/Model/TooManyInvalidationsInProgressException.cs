using System.Net;
using Amazon.Runtime;

namespace Amazon.CloudFront.Model;

/// <summary>The distribution has as many paths in progress as are allowed: 3000 paths, or 15 wildcards.</summary>
public class TooManyInvalidationsInProgressException : AmazonCloudFrontException
{
    /// <summary>The error as CloudFront answered it.</summary>
    public TooManyInvalidationsInProgressException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
