using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.ObjectStore.Signing;

/// <summary>
/// The one spelling of a request that both sides sign
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
/// </summary>
internal static partial class CanonicalRequest
{
    /// <summary>Its SHA-256, in hexadecimal.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">Its target.</param>
    /// <param name="signedHeaders">The headers that count.</param>
    /// <param name="payloadHash">What the client says, or what the service found, of the body.</param>
    /// <param name="encodeTwice">S3 alone encodes the path once.</param>
    public static string Hash(HttpRequest request, RequestTarget target, string[] signedHeaders, string payloadHash, bool encodeTwice)
    {
        var text = new StringBuilder()
            .Append(request.Method).Append('\n')
            .Append(Encoded(encodeTwice ? target.Path : Uri.UnescapeDataString(target.Path))).Append('\n')
            .Append(QueryOf(target)).Append('\n');
        foreach (var name in signedHeaders)
            text.Append(name).Append(':').Append(HeaderOf(request, name)).Append('\n');
        text.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(payloadHash);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string Encoded(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string QueryOf(RequestTarget target)
    {
        var pairs = target.Query.Where(p => p.Key != "X-Amz-Signature").Select(p => (Name: Uri.EscapeDataString(p.Key), Value: Uri.EscapeDataString(p.Value)));
        return string.Join('&', pairs.OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Value, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value}"));
    }

    private static string HeaderOf(HttpRequest request, string name) =>
        string.Join(',', request.Headers[name].Select(v => Spaces().Replace((v ?? "").Trim(), " ")));

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
