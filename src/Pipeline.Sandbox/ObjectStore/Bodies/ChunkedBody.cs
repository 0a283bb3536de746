using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>Reads a body in the encoding <c>aws-chunked</c>.</summary>
/// <remarks>
/// Every line ends with CR LF:
/// <code>
/// 400;chunk-signature=ad80c730…          (without ;chunk-signature where chunks are not signed)
/// 1024 bytes
/// 0;chunk-signature=b6c6ea8a…
/// x-amz-checksum-crc32:Hm2pPw==          (only in an encoding with trailers)
/// x-amz-trailer-signature:63bddb24…      (only where chunks are signed)
/// (an empty line)
/// </code>
/// </remarks>
/// <param name="input">The body.</param>
/// <param name="signatures">Null where chunks are not signed.</param>
internal sealed class ChunkedBody(PipeReader input, ChunkSignatures? signatures)
{
    private const int LongestLine = 8192;
    private const string SignatureExtension = "chunk-signature=";
    private readonly Dictionary<string, string> trailers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What came after the last chunk; complete once all pieces are read.</summary>
    public IReadOnlyDictionary<string, string> Trailers => trailers;

    /// <summary>The content, piece by piece; a piece is good until the next one is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var (size, signature) = Head(await LineAsync(cancellation));
            if (size == 0)
            {
                Close(signature);
                break;
            }

            await foreach (var piece in ChunkAsync(size, cancellation))
            {
                signatures?.Append(piece.Span);
                yield return piece;
            }

            if ((await LineAsync(cancellation)).Length != 0)
                throw S3Exception.IncompleteBody();
            Close(signature);
        }

        await ReadTrailersAsync(cancellation);
    }

    private static (long Size, string? Signature) Head(string line)
    {
        var parts = line.Split(';');
        if (!long.TryParse(parts[0], NumberStyles.AllowHexSpecifier, null, out var size) || size < 0)
            throw S3Exception.IncompleteBody();
        var extension = parts.Skip(1).FirstOrDefault(p => p.StartsWith(SignatureExtension, StringComparison.Ordinal));
        return (size, extension?[SignatureExtension.Length..]);
    }

    private void Close(string? signature) => signatures?.CloseChunk(signature ?? "");

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunkAsync(long size, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (size > 0)
        {
            var read = await input.ReadAsync(cancellation);
            if (read.Buffer.IsEmpty && read.IsCompleted)
                throw S3Exception.IncompleteBody();
            var taken = read.Buffer.Slice(0, Math.Min(size, read.Buffer.Length));
            foreach (var piece in taken)
                yield return piece;
            size -= taken.Length;
            input.AdvanceTo(taken.End);
        }
    }

    private async Task ReadTrailersAsync(CancellationToken cancellation)
    {
        var signed = new StringBuilder();
        while (await LineAsync(cancellation) is { Length: > 0 } line)
        {
            if (line.Split(':', 2) is not [var name, var value])
                throw new S3Exception(System.Net.HttpStatusCode.BadRequest, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.");
            if (name == "x-amz-trailer-signature")
                signatures?.CloseTrailers(signed.ToString(), value.Trim());
            else
                signed.Append(name).Append(':').Append(value.Trim()).Append('\n');
            trailers[name] = value.Trim();
        }

        if (signatures is not null && trailers.Count > 0 && !trailers.ContainsKey("x-amz-trailer-signature"))
            throw new S3Exception(System.Net.HttpStatusCode.BadRequest, "MalformedTrailerError", "The trailers are not signed.");
    }

    private async Task<string> LineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            if (TryTakeLine(read.Buffer, out var line, out var after))
            {
                input.AdvanceTo(after);
                return line;
            }

            if (read.IsCompleted || read.Buffer.Length > LongestLine)
                throw S3Exception.IncompleteBody();
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool TryTakeLine(ReadOnlySequence<byte> buffer, out string line, out SequencePosition after)
    {
        var reader = new SequenceReader<byte>(buffer);
        var found = reader.TryReadTo(out ReadOnlySequence<byte> bytes, "\r\n"u8);
        (line, after) = (found ? Encoding.UTF8.GetString(bytes) : "", reader.Position);
        return found;
    }
}
