using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.ObjectStore.Signing;

/// <summary>The signature that came with a request, and what it says it was made with; nothing of it is believed yet.</summary>
/// <param name="AccessKey">Whose it is.</param>
/// <param name="Scope">As in <c>20261124/us-east-1/s3/aws4_request</c>.</param>
/// <param name="SignedHeaders">In lower case, in order.</param>
/// <param name="Signature">In hexadecimal.</param>
/// <param name="Timestamp">As in <c>20261124T101500Z</c>.</param>
/// <param name="Validity">How long a presigned address is good; null for a signature in a header.</param>
internal sealed record PresentedSignature(
    string AccessKey, string Scope, string[] SignedHeaders, string Signature, string Timestamp, TimeSpan? Validity)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private static readonly TimeSpan LongestValidity = TimeSpan.FromDays(7);

    /// <summary><see cref="Timestamp"/> as a time.</summary>
    public DateTimeOffset Time => DateTimeOffset.ParseExact(Timestamp, "yyyyMMdd'T'HHmmss'Z'", null, DateTimeStyles.AssumeUniversal);

    /// <summary>Reads it from the header, or from the query of a presigned address.</summary>
    /// <exception cref="SignatureException">There is none, or it cannot be read.</exception>
    public static PresentedSignature Of(HttpRequest request, RequestTarget target)
    {
        var presented = target.Find("X-Amz-Algorithm") is null ? OfHeader(request) : OfQuery(target);
        if (!DateTimeOffset.TryParseExact(presented.Timestamp, "yyyyMMdd'T'HHmmss'Z'", null, DateTimeStyles.AssumeUniversal, out _))
            throw new SignatureException(SignatureFault.Missing, "AWS authentication requires a valid Date or x-amz-date header");
        return presented;
    }

    // AWS4-HMAC-SHA256 Credential=KEY/20261124/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=fe5f…
    private static PresentedSignature OfHeader(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
            throw new SignatureException(SignatureFault.Missing, "Access Denied");
        if (!header.StartsWith(Algorithm + " ", StringComparison.Ordinal))
            throw new SignatureException(SignatureFault.Unsupported, $"The authorization mechanism you have provided is not supported. Please use {Algorithm}.");
        var parts = header[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries).Select(p => p.Split('=', 2))
            .Where(p => p.Length == 2).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First()[1]);
        if (!parts.TryGetValue("Credential", out var credential) || !parts.TryGetValue("SignedHeaders", out var headers) || !parts.TryGetValue("Signature", out var signature))
            throw new SignatureException(SignatureFault.Malformed, "The authorization header is malformed; Credential, SignedHeaders and Signature are needed.");
        var (key, scope) = Split(credential);
        return new PresentedSignature(key, scope, headers.Split(';'), signature, DateOf(request), null);
    }

    private static PresentedSignature OfQuery(RequestTarget target)
    {
        var expires = target.Find("X-Amz-Expires");
        if (target.Find("X-Amz-Algorithm") != Algorithm || target.Find("X-Amz-Credential") is not { } credential || target.Find("X-Amz-Date") is not { } date
            || target.Find("X-Amz-SignedHeaders") is not { } headers || target.Find("X-Amz-Signature") is not { } signature || expires is null)
            throw new SignatureException(
                SignatureFault.MalformedQuery,
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        if (!int.TryParse(expires, out var seconds) || seconds < 0 || seconds > LongestValidity.TotalSeconds)
            throw new SignatureException(SignatureFault.MalformedQuery, "X-Amz-Expires must be a number of seconds, at least 0 and less than a week (604800)");
        var (key, scope) = Split(credential);
        return new PresentedSignature(key, scope, headers.Split(';'), signature, date, TimeSpan.FromSeconds(seconds));
    }

    private static (string AccessKey, string Scope) Split(string credential)
    {
        // An access key may hold slashes; the scope is always the last four parts.
        var parts = credential.Split('/');
        if (parts.Length < 5)
            throw new SignatureException(SignatureFault.Malformed, "The authorization header is malformed; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        return (string.Join('/', parts[..^4]), string.Join('/', parts[^4..]));
    }

    private static string DateOf(HttpRequest request)
    {
        if (request.Headers["x-amz-date"].ToString() is { Length: > 0 } date)
            return date;
        return DateTimeOffset.TryParse(request.Headers.Date, null, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var plain)
            ? plain.ToString("yyyyMMdd'T'HHmmss'Z'")
            : "";
    }
}
