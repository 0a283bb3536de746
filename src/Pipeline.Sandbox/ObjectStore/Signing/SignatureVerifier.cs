using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.ObjectStore.Signing;

/// <summary>A signature that was found good, from which those of the body's chunks go on.</summary>
/// <param name="Key">The key it was made with.</param>
/// <param name="Scope">Its scope.</param>
/// <param name="Timestamp">Its time as the client wrote it.</param>
/// <param name="Signature">Itself.</param>
internal sealed record ProvenSignature(SigningKey Key, string Scope, string Timestamp, string Signature);

/// <summary>Checks AWS Signature Version 4 as S3 and CloudFront do.</summary>
/// <param name="accessKey">The only access key there is.</param>
/// <param name="secret">Its secret.</param>
/// <param name="region">The region that requests must be signed for.</param>
/// <param name="service">The service that requests must be signed for.</param>
/// <param name="time">The clock.</param>
internal sealed class SignatureVerifier(string accessKey, string secret, string region, string service, TimeProvider time)
{
    private static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(15);

    /// <summary>Checks a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">Its target.</param>
    /// <param name="payloadHash">The body's hash as it is part of the signature.</param>
    /// <exception cref="SignatureException">It is not signed as it must be.</exception>
    public ProvenSignature Verify(HttpRequest request, RequestTarget target, string payloadHash)
    {
        var presented = PresentedSignature.Of(request, target);
        CheckScope(presented);
        CheckTime(presented);
        CheckHeaders(request, presented);
        var key = new SigningKey(secret, presented.Scope);
        var hash = CanonicalRequest.Hash(request, target, presented.SignedHeaders, payloadHash, encodeTwice: service != "s3");
        if (!SigningKey.Same(key.Sign($"AWS4-HMAC-SHA256\n{presented.Timestamp}\n{presented.Scope}\n{hash}"), presented.Signature))
            throw new SignatureException(
                SignatureFault.Mismatch, "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
        return new ProvenSignature(key, presented.Scope, presented.Timestamp, presented.Signature);
    }

    private void CheckScope(PresentedSignature presented)
    {
        if (presented.AccessKey != accessKey)
            throw new SignatureException(SignatureFault.UnknownKey, "The AWS Access Key Id you provided does not exist in our records.");
        var scope = presented.Scope.Split('/');
        if (scope[1] != region)
            throw Malformed($"the region '{scope[1]}' is wrong; expecting '{region}'");
        if (scope[2] != service || scope[3] != "aws4_request")
            throw Malformed($"incorrect service \"{scope[2]}\". This endpoint belongs to \"{service}\"");
        if (!presented.Timestamp.StartsWith(scope[0], StringComparison.Ordinal))
            throw Malformed($"Invalid credential date \"{scope[0]}\". This date is not the same as X-Amz-Date: \"{presented.Timestamp[..8]}\"");

        SignatureException Malformed(string why) => presented.Validity is null
            ? new SignatureException(SignatureFault.Malformed, $"The authorization header is malformed; {why}.")
            : new SignatureException(SignatureFault.MalformedQuery, $"Error parsing the X-Amz-Credential parameter; {why}.");
    }

    private void CheckTime(PresentedSignature presented)
    {
        var age = time.GetUtcNow() - presented.Time;
        if (age < -LargestSkew || (presented.Validity is null && age > LargestSkew))
            throw new SignatureException(SignatureFault.Skewed, "The difference between the request time and the current time is too large.");
        if (age > presented.Validity)
            throw new SignatureException(SignatureFault.Expired, "Request has expired");
    }

    // Whoever is in the middle could add a header that changes what the request does.
    private static void CheckHeaders(HttpRequest request, PresentedSignature presented)
    {
        var unsigned = request.Headers.Keys.Any(h => h.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !presented.SignedHeaders.Contains(h.ToLowerInvariant()));
        if (unsigned || !presented.SignedHeaders.Contains("host"))
            throw new SignatureException(SignatureFault.HeadersNotSigned, "There were headers present in the request which were not signed");
    }
}
