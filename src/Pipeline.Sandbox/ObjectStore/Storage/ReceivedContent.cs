using Pipeline.Sandbox.ObjectStore.Bodies;

namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>Content that is whole on the disk and belongs to no object yet.</summary>
/// <param name="File">The name of its file.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="Md5">Their MD5.</param>
/// <param name="Checksum">The checksum that the client gave.</param>
internal sealed record ReceivedContent(string File, long Length, byte[] Md5, ObjectChecksum? Checksum)
{
    /// <summary>The ETag of an object that came in one piece.</summary>
    public string ETag => Convert.ToHexStringLower(Md5);
}
