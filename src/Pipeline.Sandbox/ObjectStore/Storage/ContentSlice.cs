using System.Buffers;
using System.Runtime.CompilerServices;

namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>A run of bytes in a content file.</summary>
/// <param name="Source">Where the file is.</param>
/// <param name="File">The file's name.</param>
/// <param name="Start">The first byte.</param>
/// <param name="Length">How many.</param>
internal sealed record ContentSlice(ContentFiles Source, string File, long Start, long Length)
{
    /// <summary>Reads it piece by piece; a piece is good until the next one is asked for.</summary>
    /// <param name="content">The opened file.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(FileStream content, [EnumeratorCancellation] CancellationToken cancellation)
    {
        content.Position = Start;
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            for (var left = Length; left > 0;)
            {
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellation);
                if (read == 0)
                    throw new EndOfStreamException($"The content file '{File}' is shorter than its object.");
                yield return buffer.AsMemory(0, read);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
