namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>A multipart upload that was started.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Object">What the object will be, apart from its content.</param>
/// <param name="Started">When.</param>
/// <param name="ChecksumKind">The checksum that its parts carry; null for none.</param>
/// <param name="IsFullObject">True when the object's checksum is over all of it, false when it is made from those of the parts.</param>
internal sealed record UploadRecord(string Id, ObjectRecord Object, DateTimeOffset Started, string? ChecksumKind, bool IsFullObject)
{
    public string Key => Object.Key;
}

/// <summary>One part of an upload.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="File">The name of the file with its content.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="ETag">Without quotation marks.</param>
/// <param name="Modified">When it came.</param>
/// <param name="Checksum">In Base64; null when the client gave none.</param>
internal sealed record PartRecord(int Number, string File, long Length, string ETag, DateTimeOffset Modified, string? Checksum);
