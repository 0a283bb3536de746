using System.Net;
using Pipeline.Sandbox.ObjectStore.Signing;

namespace Pipeline.Sandbox.ObjectStore;

/// <summary>A request that the store answers with an <c>Error</c> element.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The machine-readable word, as in <c>NoSuchKey</c>.</param>
/// <param name="message">The sentence.</param>
internal sealed class S3Exception(HttpStatusCode status, string code, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    public string Code { get; } = code;

    public static S3Exception NoSuchBucket() => new(HttpStatusCode.NotFound, "NoSuchBucket", "The specified bucket does not exist");

    public static S3Exception NoSuchKey() => new(HttpStatusCode.NotFound, "NoSuchKey", "The specified key does not exist.");

    public static S3Exception NoSuchUpload() => new(
        HttpStatusCode.NotFound, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");

    public static S3Exception PreconditionFailed() => new(
        HttpStatusCode.PreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

    public static S3Exception InvalidArgument(string message) => new(HttpStatusCode.BadRequest, "InvalidArgument", message);

    public static S3Exception InvalidRequest(string message) => new(HttpStatusCode.BadRequest, "InvalidRequest", message);

    public static S3Exception MalformedXml() => new(
        HttpStatusCode.BadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

    public static S3Exception BadDigest(string what) => new(HttpStatusCode.BadRequest, "BadDigest", $"The {what} you specified did not match the calculated checksum.");

    public static S3Exception IncompleteBody() => new(
        HttpStatusCode.BadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");

    public static S3Exception NotImplemented(string what) => new(
        HttpStatusCode.NotImplemented, "NotImplemented", $"A header or parameter you provided implies functionality that is not implemented: {what}");

    public static S3Exception MethodNotAllowed() => new(
        HttpStatusCode.MethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.");

    public static S3Exception SlowDown() => new(HttpStatusCode.ServiceUnavailable, "SlowDown", "Please reduce your request rate.");

    /// <summary>What S3 calls a signature that is not good.</summary>
    public static S3Exception Of(SignatureException error) => error.Fault switch
    {
        SignatureFault.Unsupported => InvalidRequest(error.Message),
        SignatureFault.Malformed => new S3Exception(HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed", error.Message),
        SignatureFault.MalformedQuery => new S3Exception(HttpStatusCode.BadRequest, "AuthorizationQueryParametersError", error.Message),
        SignatureFault.UnknownKey => new S3Exception(HttpStatusCode.Forbidden, "InvalidAccessKeyId", error.Message),
        SignatureFault.Skewed => new S3Exception(HttpStatusCode.Forbidden, "RequestTimeTooSkewed", error.Message),
        SignatureFault.Mismatch => new S3Exception(HttpStatusCode.Forbidden, "SignatureDoesNotMatch", error.Message),
        _ => new S3Exception(HttpStatusCode.Forbidden, "AccessDenied", error.Message),
    };
}
