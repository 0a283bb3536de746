using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>Everything that a client says of a body's content, checked against what came.</summary>
internal sealed class BodyChecks : IDisposable
{
    private readonly IHeaderDictionary headers;
    private readonly string? sha256;
    private readonly IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly IncrementalHash? payload;
    private readonly RunningChecksum? checksum;
    private readonly string? kind;

    /// <param name="headers">The request's.</param>
    /// <param name="sha256">What the client says is the content's SHA-256 in hexadecimal; null when it doesn't.</param>
    /// <param name="hasChecksum">False when a checksum among the headers is not the body's.</param>
    public BodyChecks(IHeaderDictionary headers, string? sha256, bool hasChecksum = true)
    {
        this.headers = headers;
        this.sha256 = sha256;
        payload = sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        kind = hasChecksum ? Kind(headers) : null;
        checksum = kind is null ? null : ChecksumKind.Start(kind);
    }

    /// <summary>True when the client says anything that a changed body would be noticed by, beside the signature.</summary>
    public bool IsGuarded => kind is not null || headers.ContentMD5.Count > 0;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        md5.AppendData(bytes);
        payload?.AppendData(bytes);
        checksum?.Append(bytes);
    }

    /// <summary>Compares.</summary>
    /// <param name="trailers">What came after the body.</param>
    /// <returns>The MD5, and the checksum if there is one.</returns>
    /// <exception cref="S3Exception">Something differs.</exception>
    public (byte[] Md5, ObjectChecksum? Checksum) Finish(IReadOnlyDictionary<string, string> trailers)
    {
        if (payload is not null && !sha256!.Equals(Convert.ToHexStringLower(payload.GetHashAndReset()), StringComparison.OrdinalIgnoreCase))
            throw new S3Exception(HttpStatusCode.BadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
        var hash = md5.GetHashAndReset();
        CheckMd5(hash);
        if (checksum is null)
            return (hash, null);
        var found = checksum.Finish();
        var said = trailers.GetValueOrDefault(ChecksumKind.Header(kind!)) ?? headers[ChecksumKind.Header(kind!)].ToString();
        Span<byte> bytes = stackalloc byte[64];
        if (!Convert.TryFromBase64String(said, bytes, out var length) || length != found.Length)
            throw S3Exception.InvalidRequest($"Value for {ChecksumKind.Header(kind!)} header is invalid.");
        return bytes[..length].SequenceEqual(found) ? (hash, new ObjectChecksum(kind!, said)) : throw S3Exception.BadDigest(kind!.ToUpperInvariant());
    }

    public void Dispose()
    {
        md5.Dispose();
        payload?.Dispose();
        checksum?.Dispose();
    }

    private void CheckMd5(byte[] found)
    {
        var said = headers.ContentMD5.ToString();
        if (said.Length == 0)
            return;
        Span<byte> bytes = stackalloc byte[64];
        if (!Convert.TryFromBase64String(said, bytes, out var length) || length != found.Length)
            throw new S3Exception(HttpStatusCode.BadRequest, "InvalidDigest", "The Content-MD5 you specified was invalid.");
        if (!bytes[..length].SequenceEqual(found))
            throw S3Exception.BadDigest("Content-MD5");
    }

    private static string? Kind(IHeaderDictionary headers)
    {
        var trailer = ChecksumKind.OfHeader(headers["x-amz-trailer"].ToString());
        var kinds = headers.Keys.Select(ChecksumKind.OfHeader).Append(trailer).OfType<string>().Distinct().ToArray();
        return kinds.Length < 2 ? kinds.FirstOrDefault() : throw S3Exception.InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
}
