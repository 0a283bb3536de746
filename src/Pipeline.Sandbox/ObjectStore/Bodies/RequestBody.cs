using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.ObjectStore.Signing;

namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>A request's body, whichever of S3's ways it is sent and signed in.</summary>
/// <param name="request">The request.</param>
/// <param name="signature">Its signature.</param>
/// <param name="payload">The value of <c>x-amz-content-sha256</c>.</param>
internal sealed class RequestBody(HttpRequest request, ProvenSignature signature, string payload)
{
    private const int LargestDocument = 2 << 20;
    private static readonly IReadOnlyDictionary<string, string> NoTrailers = new Dictionary<string, string>();

    private bool IsChunked => payload.StartsWith("STREAMING-", StringComparison.Ordinal);

    private string? Sha256 => payload.Length == 64 ? payload : null;

    /// <summary>How long the content is.</summary>
    /// <exception cref="S3Exception">The client does not say.</exception>
    public long Length => IsChunked
        ? long.TryParse(request.Headers["x-amz-decoded-content-length"], out var length) ? length : throw LengthMissing()
        : request.ContentLength ?? throw LengthMissing();

    /// <summary>Copies the content and checks it; what was copied is worth nothing when this throws.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="cutAfter">How many bytes are read before the connection is cut on purpose; null for never.</param>
    /// <param name="cancellation">Ends the copying.</param>
    public async Task<(byte[] Md5, ObjectChecksum? Checksum)> CopyToAsync(Stream target, long? cutAfter, CancellationToken cancellation)
    {
        using var checks = new BodyChecks(request.Headers, Sha256);
        return await CopyToAsync(target, checks, cutAfter, cancellation);
    }

    /// <summary>Reads a body that is a document whose damage would do harm, such as a list of keys to delete.</summary>
    /// <exception cref="S3Exception">It came without Content-MD5 and checksum, or is not what they say.</exception>
    public async Task<byte[]> ReadGuardedDocumentAsync(CancellationToken cancellation)
    {
        using var checks = new BodyChecks(request.Headers, Sha256);
        return checks.IsGuarded
            ? await ReadDocumentAsync(checks, cancellation)
            : throw S3Exception.InvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
    }

    /// <summary>Reads any other document. A checksum that came with it is not its own, but that of the object it is about.</summary>
    public async Task<byte[]> ReadDocumentAsync(CancellationToken cancellation)
    {
        using var checks = new BodyChecks(request.Headers, Sha256, hasChecksum: false);
        return await ReadDocumentAsync(checks, cancellation);
    }

    private async Task<byte[]> ReadDocumentAsync(BodyChecks checks, CancellationToken cancellation)
    {
        if (Length > LargestDocument)
            throw S3Exception.MalformedXml();
        using var document = new MemoryStream();
        await CopyToAsync(document, checks, null, cancellation);
        return document.ToArray();
    }

    // What is left of the body may be here already, and must not arrive all the same.
    private void Cut()
    {
        request.HttpContext.Abort();
        throw new OperationCanceledException("The connection was cut on purpose.");
    }

    private static S3Exception LengthMissing() => new(System.Net.HttpStatusCode.LengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.");

    private async Task<(byte[] Md5, ObjectChecksum? Checksum)> CopyToAsync(Stream target, BodyChecks checks, long? cutAfter, CancellationToken cancellation)
    {
        var promised = Length;
        using var signatures = payload.StartsWith("STREAMING-AWS4-", StringComparison.Ordinal) ? new ChunkSignatures(signature) : null;
        var chunked = IsChunked ? new ChunkedBody(request.BodyReader, signatures) : null;
        var copied = 0L;
        try
        {
            await foreach (var piece in chunked?.ReadAsync(cancellation) ?? PlainAsync(request.BodyReader, cancellation))
            {
                copied += piece.Length;
                if (copied > promised)
                    throw S3Exception.IncompleteBody();
                checks.Append(piece.Span);
                await target.WriteAsync(piece, cancellation);
                if (copied >= cutAfter)
                    Cut();
            }
        }
        catch (BadHttpRequestException)
        {
            throw S3Exception.IncompleteBody();
        }

        if (copied != promised)
            throw S3Exception.IncompleteBody();
        return checks.Finish(chunked?.Trailers ?? NoTrailers);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PlainAsync(PipeReader input, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            foreach (var piece in read.Buffer)
                yield return piece;
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                yield break;
        }
    }
}
