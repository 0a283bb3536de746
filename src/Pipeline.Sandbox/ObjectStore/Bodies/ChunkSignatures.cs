using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Sandbox.ObjectStore.Signing;

namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>The chain of a chunked body's signatures: each is made over the one before it, the first over the request's own
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html).</summary>
internal sealed class ChunkSignatures(ProvenSignature seed) : IDisposable
{
    private static readonly string EmptyHash = Convert.ToHexStringLower(SHA256.HashData([]));
    private readonly IncrementalHash chunk = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string previous = seed.Signature;

    /// <summary>Takes bytes of the chunk that is being read.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => chunk.AppendData(bytes);

    /// <summary>Checks the chunk that was read.</summary>
    /// <param name="signature">What came with it.</param>
    public void CloseChunk(string signature) =>
        Check($"AWS4-HMAC-SHA256-PAYLOAD\n{seed.Timestamp}\n{seed.Scope}\n{previous}\n{EmptyHash}\n{Convert.ToHexStringLower(chunk.GetHashAndReset())}", signature);

    /// <summary>Checks the trailers.</summary>
    /// <param name="trailers">Each as <c>name:value</c> and a line feed.</param>
    /// <param name="signature">What came with them.</param>
    public void CloseTrailers(string trailers, string signature) =>
        Check($"AWS4-HMAC-SHA256-TRAILER\n{seed.Timestamp}\n{seed.Scope}\n{previous}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(trailers)))}", signature);

    public void Dispose() => chunk.Dispose();

    private void Check(string text, string signature)
    {
        previous = seed.Key.Sign(text);
        if (!SigningKey.Same(previous, signature))
            throw new S3Exception(
                HttpStatusCode.Forbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
    }
}
