namespace Pipeline.Sandbox.Registry;

/// <summary>
/// Contents by digest, kept once, and which repository has which of them. A repository that was not given a blob does not see it,
/// although another one may have it.
/// </summary>
/// <param name="folder">The registry's folder.</param>
internal sealed class BlobStore(string folder)
{
    /// <summary>The folder of a repository. Names of files in it begin with <c>_</c>, which no part of a repository's name does.</summary>
    public string Repository(string name) => Path.Combine(folder, "repositories", Path.Combine(name.Split('/')));

    /// <summary>Where a blob's content is, or null when the repository has no such blob.</summary>
    public string? Find(string repository, Digest digest) =>
        File.Exists(Link(repository, digest)) && File.Exists(Content(digest)) ? Content(digest) : null;

    /// <summary>Where a content of any repository is or would be.</summary>
    public string Content(Digest digest) => Path.Combine(folder, "blobs", digest.Hex[..2], digest.Hex);

    /// <summary>Takes a file over; its content must have the digest.</summary>
    public void Add(string repository, Digest digest, string file)
    {
        WholeFile.Adopt(file, Content(digest));
        WholeFile.Write(Link(repository, digest), []);
    }

    /// <summary>Gives a repository a blob that another one has.</summary>
    /// <returns>False when that one has it not.</returns>
    public bool Mount(string repository, Digest digest, string from)
    {
        if (Find(from, digest) is null)
            return false;
        WholeFile.Write(Link(repository, digest), []);
        return true;
    }

    /// <summary>Takes a blob from a repository. The content stays: other repositories may have it.</summary>
    /// <returns>False when it had no such blob.</returns>
    public bool Remove(string repository, Digest digest)
    {
        if (Find(repository, digest) is null)
            return false;
        File.Delete(Link(repository, digest));
        return true;
    }

    /// <summary>The names of all repositories, in order.</summary>
    public IReadOnlyList<string> Repositories()
    {
        var root = Path.Combine(folder, "repositories");
        if (!Directory.Exists(root))
            return [];
        var names = Directory.EnumerateDirectories(root, "_*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is "_blobs" or "_manifests")
            .Select(f => Path.GetRelativePath(root, Path.GetDirectoryName(f)!).Replace(Path.DirectorySeparatorChar, '/'));
        return [.. names.Distinct().Order(StringComparer.Ordinal)];
    }

    private string Link(string repository, Digest digest) => Path.Combine(Repository(repository), "_blobs", digest.Hex);
}
