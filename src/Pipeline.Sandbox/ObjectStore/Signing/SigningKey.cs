using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Sandbox.ObjectStore.Signing;

/// <summary>The key of one day, region and service, made from the secret.</summary>
internal sealed class SigningKey
{
    private readonly byte[] key;

    /// <param name="secret">The secret access key.</param>
    /// <param name="scope">As in <c>20261124/us-east-1/s3/aws4_request</c>.</param>
    public SigningKey(string secret, string scope)
    {
        key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
    }

    /// <summary>A text's signature, in hexadecimal.</summary>
    public string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    /// <summary>True when both are the same signature; takes as long for any two.</summary>
    public static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
