using System.Text.Json;

namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>A record in a file of its own, written by rename: a reader and a restart see the old one or the new one.</summary>
internal static class JsonFile
{
    public static void Write<T>(string path, T record)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Guid.NewGuid():n}";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(record));
        File.Move(draft, path, overwrite: true);
    }

    public static T Read<T>(string path) =>
        JsonSerializer.Deserialize<T>(File.ReadAllBytes(path)) ?? throw new InvalidDataException($"'{path}' holds nothing.");

    /// <summary>Every record below a folder.</summary>
    public static IEnumerable<T> ReadAll<T>(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Select(Read<T>)
        : [];
}
