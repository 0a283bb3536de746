using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>The engine's images: configurations by their digest, which is the image's id, and the names that refer to them.</summary>
internal sealed class ImageStore
{
    private readonly Lock gate = new();
    private readonly string folder;
    private readonly SortedDictionary<string, string> names;

    /// <param name="folder">The engine's folder.</param>
    public ImageStore(string folder)
    {
        this.folder = folder;
        names = File.Exists(NamesFile)
            ? new(JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(NamesFile))!, StringComparer.Ordinal)
            : new(StringComparer.Ordinal);
    }

    private string NamesFile => Path.Combine(folder, "names.json");

    /// <summary>Keeps an image.</summary>
    public Digest Add(ReadOnlyMemory<byte> config)
    {
        var id = Digest.Of(config.Span);
        WholeFile.Write(FileOf(id), config.Span);
        return id;
    }

    /// <summary>The image that a name, an id or the beginning of an id means.</summary>
    /// <exception cref="EngineException">There is none.</exception>
    public StoredImage Get(string text) => Find(text) ?? throw EngineException.NoImage(IsId(text) ? text : Canonical(text));

    /// <summary>The same, or null.</summary>
    public StoredImage? Find(string text)
    {
        lock (gate)
        {
            var id = names.GetValueOrDefault(Canonical(text)) ?? (IsId(text) ? Ids().Select(i => $"{i}").FirstOrDefault(i => Begins(i, text)) : null);
            return Digest.TryParse(id, out var found) && File.Exists(FileOf(found)) ? Read(found) : null;
        }
    }

    /// <summary>All images, the one with most names first.</summary>
    public IReadOnlyList<StoredImage> All()
    {
        lock (gate)
            return [.. Ids().Select(Read).OrderByDescending(i => i.Names.Count).ThenBy(i => $"{i.Id}", StringComparer.Ordinal)];
    }

    /// <summary>Gives an image a name; takes it from the image that had it.</summary>
    public void Name(ImageName name, Digest id) => Change(() => names[$"{name}"] = $"{id}");

    /// <summary>Removes a name, or an image with its names. Layers stay: they are the cache.</summary>
    /// <returns>What was removed, as the API lists it.</returns>
    /// <exception cref="EngineException">There is no such image, or it has several names.</exception>
    public JsonArray Remove(string text, bool force)
    {
        var image = Get(text);
        var (byName, others) = (names.ContainsKey(Canonical(text)), image.Names.Where(n => n.Contains('@', StringComparison.Ordinal) is false).ToList());
        if (!byName && others.Count > 1 && !force)
            throw new EngineException(409, $"conflict: unable to delete {image.Id.Hex[..12]} (must be forced) - image is referenced in multiple repositories");
        IReadOnlyList<string> going = byName && others.Count > 1 ? [Canonical(text)] : image.Names;
        var removed = new JsonArray([.. going.Select(n => (JsonNode)new JsonObject { ["Untagged"] = n })]);
        Change(() => going.ToList().ForEach(n => names.Remove(n)));
        if (going.Count == image.Names.Count)
        {
            File.Delete(FileOf(image.Id));
            removed.Add(new JsonObject { ["Deleted"] = $"{image.Id}" });
        }

        return removed;
    }

    /// <summary>Notes that a build has made a step.</summary>
    /// <returns>True when an earlier build made the same.</returns>
    public bool Knows(Digest step)
    {
        var file = Path.Combine(folder, "steps", step.Hex);
        if (File.Exists(file))
            return true;
        WholeFile.Write(file, []);
        return false;
    }

    private static bool IsId(string text) => text.Length >= 4 && (Digest.TryParse(text, out _) || text.All(char.IsAsciiHexDigitLower));

    private static bool Begins(string id, string text) => id == text || id["sha256:".Length..].StartsWith(text, StringComparison.Ordinal);

    private static string Canonical(string text)
    {
        try
        {
            return $"{ImageName.Parse(text)}";
        }
        catch (FormatException)
        {
            return text;
        }
    }

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            WholeFile.Write(NamesFile, JsonSerializer.SerializeToUtf8Bytes(names));
        }
    }

    private IEnumerable<Digest> Ids() => Directory.Exists(Path.Combine(folder, "images"))
        ? Directory.EnumerateFiles(Path.Combine(folder, "images")).Select(f => Path.GetFileName(f)).Where(n => n.Length == 64).Select(n => new Digest(n))
        : [];

    private StoredImage Read(Digest id)
    {
        var bytes = File.ReadAllBytes(FileOf(id));
        return new StoredImage(id, bytes, (JsonObject)JsonNode.Parse(bytes)!, [.. names.Where(n => n.Value == $"{id}").Select(n => n.Key)]);
    }

    private string FileOf(Digest id) => Path.Combine(folder, "images", id.Hex);
}

/// <summary>An image as the engine keeps it.</summary>
/// <param name="Id">The digest of its configuration.</param>
/// <param name="Bytes">The configuration as it is pushed.</param>
/// <param name="Config">The same, read.</param>
/// <param name="Names">With tags, and with the digests that registries gave it.</param>
internal sealed record StoredImage(Digest Id, ReadOnlyMemory<byte> Bytes, JsonObject Config, IReadOnlyList<string> Names)
{
    /// <summary>The archives of its layers, the lowest first.</summary>
    public IEnumerable<Digest> Layers => Config["rootfs"]?["diff_ids"] is JsonArray ids ? ids.Select(i => new Digest($"{i}"[7..])) : [];
}
