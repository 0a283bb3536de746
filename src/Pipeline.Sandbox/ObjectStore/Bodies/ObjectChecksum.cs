namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>A checksum that a client gave and the store found right.</summary>
/// <param name="Kind">As in <c>crc32</c>.</param>
/// <param name="Value">In Base64; with <c>-N</c> at the end when made from N parts' checksums.</param>
internal sealed record ObjectChecksum(string Kind, string Value)
{
    /// <summary>What it was made over, as S3 names it.</summary>
    public string Type => Value.Contains('-', StringComparison.Ordinal) ? "COMPOSITE" : "FULL_OBJECT";
}
