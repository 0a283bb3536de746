using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Registry;

/// <summary>Which manifests a repository has, and which tags name them.</summary>
/// <param name="blobs">Keeps their bytes.</param>
internal sealed class ManifestStore(BlobStore blobs)
{
    /// <summary>The manifest that a tag or digest names, or null.</summary>
    public Manifest? Find(string repository, string reference)
    {
        try
        {
            var text = Digest.TryParse(reference, out var digest) || !Digest.TryParse(Read(Tag(repository, reference)), out digest)
                ? reference
                : $"{digest}";
            if (!Digest.TryParse(text, out digest) || Read(Link(repository, digest)) is not { } type)
                return null;
            var bytes = File.ReadAllBytes(blobs.Content(digest));
            return new Manifest(type, bytes, (JsonObject)JsonNode.Parse(bytes)!);
        }
        catch (IOException)
        {
            // Deleted in between.
            return null;
        }
    }

    /// <summary>Keeps a manifest, and moves the tag to it.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="manifest">The manifest. What it refers to must be there.</param>
    /// <param name="tag">The tag; null when it is pushed by digest.</param>
    /// <exception cref="RegistryException">Something that it refers to is missing.</exception>
    public void Put(string repository, Manifest manifest, string? tag)
    {
        var missing = manifest.Blobs.Where(d => !Digest.TryParse(d, out var digest) || blobs.Find(repository, digest) is null)
            .Concat(manifest.Manifests.Where(d => !Digest.TryParse(d, out var digest) || !File.Exists(Link(repository, digest))))
            .Select(d => (JsonNode)d)
            .ToList();
        if (missing.Count > 0)
            throw new RegistryException(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", missing);
        WholeFile.Write(blobs.Content(manifest.Digest), manifest.Bytes.Span);
        WholeFile.Write(Link(repository, manifest.Digest), Encoding.UTF8.GetBytes(manifest.Type));
        if (tag is not null)
            WholeFile.Write(Tag(repository, tag), Encoding.UTF8.GetBytes($"{manifest.Digest}"));
    }

    /// <summary>Removes a tag, or a manifest with all of its tags.</summary>
    /// <returns>False when there is none.</returns>
    public bool Remove(string repository, string reference)
    {
        var file = Digest.TryParse(reference, out var digest) ? Link(repository, digest) : Tag(repository, reference);
        if (!File.Exists(file))
            return false;
        if (digest != default)
            foreach (var tag in Tags(repository).Where(t => Read(Tag(repository, t)) == $"{digest}"))
                File.Delete(Tag(repository, tag));
        File.Delete(file);
        return true;
    }

    /// <summary>The repository's tags, in order.</summary>
    public IReadOnlyList<string> Tags(string repository) => [.. Names(Path.Combine(blobs.Repository(repository), "_tags")).Order(StringComparer.Ordinal)];

    /// <summary>The manifests that say that they belong to another one: signatures, bills of materials.</summary>
    public IEnumerable<Manifest> Referrers(string repository, Digest subject) =>
        Names(Path.Combine(blobs.Repository(repository), "_manifests"))
            .Select(hex => Find(repository, $"{new Digest(hex)}"))
            .OfType<Manifest>()
            .Where(m => m.Content["subject"]?["digest"]?.ToString() == $"{subject}");

    private static IEnumerable<string> Names(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Where(n => !n.Contains(WholeFile.Unfinished, StringComparison.Ordinal))
        : [];

    private static string? Read(string file) => File.Exists(file) ? File.ReadAllText(file) : null;

    private string Link(string repository, Digest digest) => Path.Combine(blobs.Repository(repository), "_manifests", digest.Hex);

    private string Tag(string repository, string tag) => Path.Combine(blobs.Repository(repository), "_tags", tag);
}
