namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>A checksum that grows with its bytes.</summary>
internal abstract class RunningChecksum : IDisposable
{
    /// <summary>Takes the next bytes.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The checksum of all bytes; called once.</summary>
    public abstract byte[] Finish();

    public virtual void Dispose()
    {
    }
}
