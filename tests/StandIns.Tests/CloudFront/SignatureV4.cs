using System.Security.Cryptography;
using System.Text;

namespace StandIns.Tests.CloudFront;

/// <summary>What the signature of a received request must be, computed from the protocol's description alone.</summary>
internal static class SignatureV4
{
    public static string Of(Question question, string secret, string region, string service)
    {
        var signed = question.Headers["Authorization"].Split("SignedHeaders=")[1].Split(',')[0];
        var headers = string.Concat(signed.Split(';').Select(name => $"{name}:{question.Headers[name].Trim()}\n"));
        var canonical = $"{question.Method}\n{question.Path}\n\n{headers}\n{signed}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(question.Body)))}";
        var time = question.Headers["X-Amz-Date"];
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), Keyed);
        return Hex(Keyed(key, $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}"));
    }

    private static byte[] Keyed(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
