namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>The part of an object that a request wants.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Length">How many.</param>
internal sealed record ByteRange(long Start, long Length)
{
    /// <summary>Reads a <c>Range</c> header, as in <c>bytes=0-99</c>, <c>bytes=100-</c> or <c>bytes=-50</c>.</summary>
    /// <param name="header">The header.</param>
    /// <param name="total">How long the object is.</param>
    /// <returns>The range; null when the header asks for none that can be served alone, and the whole is served.</returns>
    /// <param name="isSatisfiable">False when nothing of the object is in the range.</param>
    public static ByteRange? Parse(string? header, long total, out bool isSatisfiable)
    {
        isSatisfiable = true;
        if (header is null || !header.StartsWith("bytes=", StringComparison.Ordinal) || header["bytes=".Length..].Split('-') is not [var from, var to])
            return null;
        long? first = long.TryParse(from, out var start) ? start : null;
        long? last = long.TryParse(to, out var end) ? end : null;
        if ((first is null && (from.Length > 0 || last is null)) || (last is null && to.Length > 0) || last < first)
            return null;
        isSatisfiable = first is null ? last > 0 && total > 0 : first < total;
        if (!isSatisfiable)
            return null;
        if (first is null)
            return new ByteRange(Math.Max(0, total - last!.Value), Math.Min(total, last.Value));
        return new ByteRange(first.Value, Math.Min(last ?? long.MaxValue, total - 1) - first.Value + 1);
    }

    /// <summary>The value of <c>Content-Range</c>.</summary>
    public string Of(long total) => $"bytes {Start}-{Start + Length - 1}/{total}";
}
