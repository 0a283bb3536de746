namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>A multipart upload in progress.</summary>
internal sealed class Upload
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<int, PartRecord> parts = [];
    private readonly ContentFiles content;
    private readonly string folder;
    private bool isClosed;
    private int completing;

    public Upload(UploadRecord record, string folder, ContentFiles content)
    {
        (Record, this.folder, this.content) = (record, folder, content);
        foreach (var part in JsonFile.ReadAll<PartRecord>(folder))
            parts[part.Number] = part;
    }

    public UploadRecord Record { get; }

    /// <summary>Its parts, in order.</summary>
    public IReadOnlyList<PartRecord> Parts
    {
        get
        {
            lock (gate)
                return [.. parts.Values];
        }
    }

    /// <summary>Keeps a part in the place of the one with its number.</summary>
    /// <exception cref="S3Exception">The upload ended in the meantime.</exception>
    public void Put(PartRecord part)
    {
        lock (gate)
        {
            if (isClosed)
            {
                content.Delete(part.File);
                throw S3Exception.NoSuchUpload();
            }

            JsonFile.Write(Path.Combine(folder, $"{part.Number}.json"), part);
            if (parts.TryGetValue(part.Number, out var before))
                content.Delete(before.File);
            parts[part.Number] = part;
        }
    }

    /// <summary>True for the one caller that may complete it now.</summary>
    public bool TryBeginCompleting() => Interlocked.Exchange(ref completing, 1) == 0;

    /// <summary>Lets another try to complete it.</summary>
    public void EndCompleting() => Volatile.Write(ref completing, 0);

    /// <summary>Removes its parts' content.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (var part in parts.Values)
                content.Delete(part.File);
        }
    }
}
