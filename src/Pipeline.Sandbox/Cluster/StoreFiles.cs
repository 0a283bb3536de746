using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster;

/// <summary>
/// The store's objects as files, one each, written by rename, and its counter: a restart is a node reboot and nothing more.
/// </summary>
internal sealed class StoreFiles(string folder)
{
    // The counter is kept in leaps: after a restart it goes on from the end of the leap, so no version is given twice.
    private const long Leap = 1000;
    private long promised;

    private string CounterFile => Path.Combine(folder, "version");

    /// <summary>Reads everything that was kept.</summary>
    /// <returns>The objects with their kinds, and the first version that is free.</returns>
    public (IReadOnlyList<StoredObject> Objects, long Version) Load()
    {
        Directory.CreateDirectory(folder);
        var objects = new List<StoredObject>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
            if (JsonNode.Parse(File.ReadAllBytes(file)) is JsonObject kept)
            {
                var kind = kept["kind"].Deserialize<ResourceKind>()!;
                var content = (JsonObject)kept["object"]!.DeepClone();
                objects.Add(new StoredObject(kind, content, long.Parse((string)content["metadata"]!["resourceVersion"]!)));
            }

        promised = File.Exists(CounterFile) ? long.Parse(File.ReadAllText(CounterFile)) : 0;
        return (objects, promised);
    }

    /// <summary>Keeps an object.</summary>
    public void Write(StoredObject written)
    {
        Promise(written.Version);
        var file = FileOf(written);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var kept = new JsonObject { ["kind"] = JsonSerializer.SerializeToNode(written.Kind), ["object"] = written.Content.DeepClone() };
        WriteByRename(file, kept.ToJsonString());
    }

    /// <summary>Forgets an object.</summary>
    public void Delete(StoredObject deleted)
    {
        Promise(deleted.Version);
        File.Delete(FileOf(deleted));
    }

    private void Promise(long version)
    {
        if (version < promised)
            return;
        promised = version + Leap;
        WriteByRename(CounterFile, $"{promised}");
    }

    // A name may hold characters that a file's may not, such as the colon of an RBAC role.
    private string FileOf(StoredObject stored) =>
        Path.Combine(folder, stored.Kind.QualifiedName, stored.Namespace.Length == 0 ? "_" : stored.Namespace, Uri.EscapeDataString(stored.Name) + ".json");

    private static void WriteByRename(string file, string text)
    {
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
    }
}
