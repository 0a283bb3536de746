using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amazon.Runtime.Internal.Auth;

namespace Sandbox.Tests.ObjectStore;

/// <summary>A request that is written byte by byte, for what no client would send.</summary>
internal sealed class HandSigned(string method, string target)
{
    private const string Host = "store.test";

    /// <summary>The body as it is sent.</summary>
    public string Body { get; init; } = "";

    /// <summary>What the body's hash is said to be.</summary>
    public string Payload { get; init; } = "UNSIGNED-PAYLOAD";

    /// <summary>Further headers, which are signed.</summary>
    public SortedDictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    /// <summary>A header line that is added after signing.</summary>
    public string? Unsigned { get; init; }

    /// <summary>How the path is signed, where that is not how it is sent.</summary>
    public string? CanonicalPath { get; init; }

    /// <summary>Sends it.</summary>
    /// <returns>The whole answer.</returns>
    public async Task<string> SendAsync(int port, string region = "us-east-1", DateTime? time = null)
    {
        var now = time ?? DateTime.UtcNow;
        Headers["host"] = Host;
        Headers["x-amz-content-sha256"] = Payload;
        Headers["x-amz-date"] = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var names = string.Join(';', Headers.Keys);
        var parts = target.Split('?');
        var canonical = $"{method}\n{CanonicalPath ?? parts[0]}\n{(parts.Length > 1 ? parts[1] : "")}\n{string.Concat(Headers.Select(h => $"{h.Key}:{h.Value}\n"))}\n{names}\n{Payload}";
        var signed = AWS4Signer.ComputeSignature(StoreBed.AccessKey, StoreBed.SecretKey, region, now, "s3", names, canonical, null);
        var text = $"{method} {target} HTTP/1.1\r\n{string.Concat(Headers.Select(h => $"{h.Key}: {h.Value}\r\n"))}{(Unsigned is null ? "" : Unsigned + "\r\n")}"
            + $"authorization: {signed.ForAuthorizationHeader}\r\nconnection: close\r\ncontent-length: {Encoding.UTF8.GetByteCount(Body)}\r\n\r\n{Body}";
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync();
    }
}
