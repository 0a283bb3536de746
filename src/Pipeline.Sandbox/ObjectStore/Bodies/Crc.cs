namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>A cyclic redundancy check of 32 or 64 bits, least significant bit first, as S3's three are.</summary>
internal sealed class Crc : RunningChecksum
{
    private readonly ulong[] table = new ulong[256];
    private readonly int width;
    private ulong state;

    /// <param name="width">32 or 64.</param>
    /// <param name="polynomial">With its bits reversed.</param>
    public Crc(int width, ulong polynomial)
    {
        this.width = width;
        state = Ones;
        for (var i = 0; i < table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) == 1 ? (value >> 1) ^ polynomial : value >> 1;
            table[i] = value;
        }
    }

    private ulong Ones => width == 64 ? ulong.MaxValue : uint.MaxValue;

    public override void Append(ReadOnlySpan<byte> bytes)
    {
        var value = state;
        foreach (var one in bytes)
            value = table[(byte)value ^ one] ^ (value >> 8);
        state = value;
    }

    public override byte[] Finish()
    {
        var value = state ^ Ones;
        var bytes = new byte[width / 8];
        for (var i = 0; i < bytes.Length; i++)
            bytes[^(i + 1)] = (byte)(value >> (8 * i));
        return bytes;
    }
}
