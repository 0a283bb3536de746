using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>One bucket: records in memory for reading, each also a file for the next start, and content in files beside them.</summary>
internal sealed class Bucket
{
    private readonly Lock gate = new();
    private readonly string folder;
    private ImmutableSortedDictionary<string, ObjectRecord> objects;

    /// <param name="name">Its name.</param>
    /// <param name="folder">Its folder; what an earlier run left there is there again.</param>
    /// <param name="created">When it was made.</param>
    public Bucket(string name, string folder, DateTimeOffset created)
    {
        (Name, Created, this.folder) = (name, created, folder);
        Content = new ContentFiles(Path.Combine(folder, "content"));
        objects = JsonFile.ReadAll<ObjectRecord>(Index).ToImmutableSortedDictionary(o => o.Key, o => o, new KeyOrder());
        Uploads = new Uploads(Path.Combine(folder, "uploads"), Content);
        Content.KeepOnly(objects.Values.Select(o => o.File).Concat(Uploads.Files).ToHashSet());
    }

    public string Name { get; }

    public DateTimeOffset Created { get; }

    /// <summary>The files that hold its objects' content.</summary>
    public ContentFiles Content { get; }

    /// <summary>The multipart uploads that are not complete.</summary>
    public Uploads Uploads { get; }

    /// <summary>All objects, in the order of their keys, as they are in this moment.</summary>
    public ImmutableSortedDictionary<string, ObjectRecord> Objects => Volatile.Read(ref objects);

    private string Index => Path.Combine(folder, "index");

    /// <summary>One object, or null.</summary>
    public ObjectRecord? Find(string key) => Objects.GetValueOrDefault(key);

    /// <summary>An object with its content open, or null. The two always belong together.</summary>
    public (ObjectRecord Record, FileStream Content)? Open(string key)
    {
        while (Find(key) is { } record)
            if (Content.Open(record.File) is { } content)
                return (record, content);
        return null;
    }

    /// <summary>Puts an object in the place of what is there.</summary>
    /// <param name="record">The object, whose content is written.</param>
    /// <param name="check">Sees what is there and throws when that must not be replaced; nobody comes between it and the change.</param>
    public void Put(ObjectRecord record, Action<ObjectRecord?> check)
    {
        ObjectRecord? before;
        lock (gate)
        {
            before = Find(record.Key);
            check(before);
            Write(record);
        }

        if (before is not null && before.File != record.File)
            Content.Delete(before.File);
    }

    /// <summary>Changes what is kept beside an object's content.</summary>
    /// <returns>False when there is no such object.</returns>
    public bool Update(string key, Func<ObjectRecord, ObjectRecord> change)
    {
        lock (gate)
        {
            if (Find(key) is not { } before)
                return false;
            Write(change(before));
            return true;
        }
    }

    /// <summary>Removes an object, if there is one.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="check">As for <see cref="Put"/>.</param>
    public void Remove(string key, Action<ObjectRecord?> check)
    {
        ObjectRecord? before;
        lock (gate)
        {
            before = Find(key);
            check(before);
            if (before is null)
                return;
            File.Delete(FileOf(key));
            Volatile.Write(ref objects, objects.Remove(key));
        }

        Content.Delete(before.File);
    }

    private void Write(ObjectRecord record)
    {
        JsonFile.Write(FileOf(record.Key), record);
        Volatile.Write(ref objects, objects.SetItem(record.Key, record));
    }

    // A key may be longer than a file's name, and hold what that may not.
    private string FileOf(string key)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return Path.Combine(Index, name[..2], $"{name}.json");
    }
}
