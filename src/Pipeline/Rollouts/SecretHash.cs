using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>
/// What a record keeps of a Secret's content: enough to see that it changed, too little to guess it from. The key is the Secret's UID, 122
/// random bits that only those see who may read the Secret itself; a password of four digits behind a plain hash would be found at once.
/// </summary>
internal static class SecretHash
{
    /// <summary>HMAC-SHA256 in hex of a stored Secret's keys and values; null for every other kind. It starts anew with an object that is made anew.</summary>
    public static string? Of(JsonObject stored)
    {
        if (stored.Kind() != Resource.Secrets.Kind || stored.Text("metadata", "uid") is not { Length: > 0 } uid)
            return null;
        var content = (stored.At("data") ?? []).OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Key}\0{d.Value}");
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(uid), Encoding.UTF8.GetBytes(string.Join('\0', content))));
    }
}
