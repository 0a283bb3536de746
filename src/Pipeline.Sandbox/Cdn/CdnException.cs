using System.Net;
using Pipeline.Sandbox.ObjectStore.Signing;

namespace Pipeline.Sandbox.Cdn;

/// <summary>A request that CloudFront answers with an <c>ErrorResponse</c> element.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The machine-readable word, as in <c>NoSuchDistribution</c>.</param>
/// <param name="message">The sentence.</param>
internal sealed class CdnException(HttpStatusCode status, string code, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    public string Code { get; } = code;

    public static CdnException NoSuchDistribution() => new(HttpStatusCode.NotFound, "NoSuchDistribution", "The specified distribution does not exist.");

    public static CdnException NoSuchInvalidation() => new(HttpStatusCode.NotFound, "NoSuchInvalidation", "The specified invalidation does not exist.");

    public static CdnException TooManyInvalidations() => new(
        HttpStatusCode.BadRequest, "TooManyInvalidationsInProgress", "Your request contains more invalidations in progress than are allowed: 3000 paths, and 15 wildcards.");

    public static CdnException BatchAlreadyExists() => new(
        HttpStatusCode.BadRequest, "InvalidationBatchAlreadyExists", "The caller reference was used before, for an invalidation of other paths.");

    public static CdnException InvalidArgument(string message) => new(HttpStatusCode.BadRequest, "InvalidArgument", message);

    public static CdnException MalformedXml() => new(HttpStatusCode.BadRequest, "MalformedXML", "The XML document that you provided is not well-formed or does not follow the schema.");

    /// <summary>What CloudFront calls a signature that is not good.</summary>
    public static CdnException Of(SignatureException error) => error.Fault switch
    {
        SignatureFault.Missing => new CdnException(HttpStatusCode.Forbidden, "MissingAuthenticationToken", "Request is missing Authentication Token"),
        SignatureFault.Unsupported or SignatureFault.Malformed or SignatureFault.MalformedQuery => new CdnException(HttpStatusCode.BadRequest, "IncompleteSignature", error.Message),
        SignatureFault.UnknownKey => new CdnException(HttpStatusCode.Forbidden, "InvalidClientTokenId", "The security token included in the request is invalid."),
        SignatureFault.Skewed or SignatureFault.Expired => new CdnException(HttpStatusCode.Forbidden, "SignatureDoesNotMatch", "Signature expired: the request's time is too far from the current time."),
        _ => new CdnException(HttpStatusCode.Forbidden, "SignatureDoesNotMatch", error.Message),
    };
}
