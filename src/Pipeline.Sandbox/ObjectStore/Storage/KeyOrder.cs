namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>The order that S3 lists keys in: by the bytes of their UTF-8.</summary>
internal sealed class KeyOrder : IComparer<string>
{
    public int Compare(string? x, string? y)
    {
        var (one, other) = (x ?? "", y ?? "");
        var same = one.AsSpan().CommonPrefixLength(other);
        return same == one.Length || same == other.Length ? one.Length - other.Length : Weight(one[same]) - Weight(other[same]);
    }

    // UTF-16 puts the halves of a character beyond U+FFFF before U+E000; UTF-8 puts the character after U+FFFF.
    private static int Weight(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
