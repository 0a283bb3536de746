using System.Security.Cryptography;

namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>A cryptographic hash as a checksum.</summary>
internal sealed class RunningHash(HashAlgorithmName name) : RunningChecksum
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(name);

    public override void Append(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);

    public override byte[] Finish() => hash.GetHashAndReset();

    public override void Dispose()
    {
        hash.Dispose();
        base.Dispose();
    }
}
