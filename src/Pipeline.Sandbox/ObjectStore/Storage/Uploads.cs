using System.Collections.Concurrent;

namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>A bucket's multipart uploads, each a folder with a record and one record a part.</summary>
internal sealed class Uploads
{
    private readonly ConcurrentDictionary<string, Upload> uploads = [];
    private readonly ContentFiles content;
    private readonly string folder;

    public Uploads(string folder, ContentFiles content)
    {
        (this.folder, this.content) = (folder, content);
        Directory.CreateDirectory(folder);
        foreach (var one in Directory.EnumerateDirectories(folder))
            if (File.Exists(Path.Combine(one, "upload.json")))
                uploads[Path.GetFileName(one)] = new Upload(JsonFile.Read<UploadRecord>(Path.Combine(one, "upload.json")), Path.Combine(one, "parts"), content);
    }

    /// <summary>Those in progress, by key and then by age.</summary>
    public IReadOnlyList<UploadRecord> All => [.. uploads.Values.Select(u => u.Record).OrderBy(r => r.Key, new KeyOrder()).ThenBy(r => r.Started).ThenBy(r => r.Id, StringComparer.Ordinal)];

    /// <summary>The content files of all parts.</summary>
    public IEnumerable<string> Files => uploads.Values.SelectMany(u => u.Parts).Select(p => p.File);

    /// <summary>Starts one.</summary>
    public void Start(UploadRecord record)
    {
        JsonFile.Write(Path.Combine(folder, record.Id, "upload.json"), record);
        uploads[record.Id] = new Upload(record, Path.Combine(folder, record.Id, "parts"), content);
    }

    /// <summary>One in progress.</summary>
    /// <exception cref="S3Exception">NoSuchUpload.</exception>
    public Upload Get(string id, string key) =>
        uploads.TryGetValue(id, out var found) && found.Record.Key == key ? found : throw S3Exception.NoSuchUpload();

    /// <summary>Ends one and removes its parts.</summary>
    public void Remove(string id)
    {
        if (!uploads.TryRemove(id, out var removed))
            return;
        Directory.Delete(Path.Combine(folder, id), recursive: true);
        removed.Close();
    }
}
