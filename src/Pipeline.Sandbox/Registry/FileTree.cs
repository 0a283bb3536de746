using System.Formats.Tar;

namespace Pipeline.Sandbox.Registry;

/// <summary>The files of an image or of a build context, as archives laid one upon the other leave them.</summary>
/// <param name="spool">Takes the files' contents.</param>
internal sealed class FileTree(Spool spool)
{
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";
    private readonly SortedDictionary<string, TreeEntry> entries = new(StringComparer.Ordinal);

    /// <summary>Everything by path, in order; paths have no slash at the beginning and at the end.</summary>
    public IReadOnlyDictionary<string, TreeEntry> Entries => entries;

    /// <summary>Lays an archive upon what is there.</summary>
    /// <param name="archive">The tar archive, not compressed.</param>
    /// <param name="wantsContent">Whether a file's content is kept, by path and size; otherwise only its name is.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task AddAsync(Stream archive, Func<string, long, bool> wantsContent, CancellationToken cancellation)
    {
        var added = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = new TarReader(archive, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            var path = Clean(entry.Name);
            var (folder, name) = Split(path);
            // A layer deletes what lower layers have by a file of this name; the opaque one empties the folder.
            if (name == Opaque)
                RemoveAll(p => IsBelow(p, folder) && !added.Contains(p));
            else if (name.StartsWith(Whiteout, StringComparison.Ordinal))
                Remove(Join(folder, name[Whiteout.Length..]));
            else if (path.Length > 0 && await EntryAsync(entry, path, wantsContent, cancellation) is { } kept)
            {
                Set(path, kept);
                added.Add(path);
            }
        }
    }

    /// <summary>Adds one entry; a file in the place of a folder takes its place.</summary>
    public void Set(string path, TreeEntry entry)
    {
        if (!entry.IsFolder && entries.GetValueOrDefault(path) is { IsFolder: true })
            Remove(path);
        entries[path] = entry;
    }

    /// <summary>Removes a file, or a folder with all that is in it.</summary>
    public void Remove(string path)
    {
        entries.Remove(path);
        RemoveAll(p => IsBelow(p, path));
    }

    /// <summary>Whether there is a folder of this name, with an entry of its own or only implied by what is in it.</summary>
    public bool HasFolder(string path) =>
        path.Length == 0 || (entries.TryGetValue(path, out var entry) ? entry.IsFolder : entries.Keys.Any(p => IsBelow(p, path)));

    /// <summary>A file's content.</summary>
    public async Task<byte[]> ReadAsync(TreeEntry entry, CancellationToken cancellation) =>
        entry.Content is { } content ? await spool.ReadAsync(content, cancellation) : [];

    /// <summary>A tree without files whose contents are kept at the same place.</summary>
    public FileTree Empty() => new(spool);

    /// <summary>True for a path that is in the folder, at any depth.</summary>
    public static bool IsBelow(string path, string folder) =>
        folder.Length == 0 || (path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal));

    /// <summary>A path without <c>.</c>, <c>..</c> and slashes at its ends; none leads out of the root.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/').Where(p => p is not ("" or ".")))
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        return string.Join('/', parts);
    }

    /// <summary>Folder and name of a path.</summary>
    public static (string Folder, string Name) Split(string path) =>
        path.LastIndexOf('/') is >= 0 and var slash ? (path[..slash], path[(slash + 1)..]) : ("", path);

    /// <summary>The path of something in a folder.</summary>
    public static string Join(string folder, string name) => folder.Length == 0 ? name : name.Length == 0 ? folder : $"{folder}/{name}";

    private async Task<TreeEntry?> EntryAsync(TarEntry entry, string path, Func<string, long, bool> wantsContent, CancellationToken cancellation)
    {
        if (entry.EntryType == TarEntryType.HardLink)
            return entries.GetValueOrDefault(Clean(entry.LinkName));
        var type = entry.EntryType is TarEntryType.V7RegularFile or TarEntryType.ContiguousFile ? TarEntryType.RegularFile : entry.EntryType;
        if (type is not (TarEntryType.RegularFile or TarEntryType.Directory or TarEntryType.SymbolicLink))
            return null;
        var content = type == TarEntryType.RegularFile && wantsContent(path, entry.Length)
            ? await spool.AddAsync(entry.DataStream ?? Stream.Null, cancellation)
            : null;
        return new TreeEntry(type, entry.Mode, entry.Uid, entry.Gid, entry.LinkName, content);
    }

    private void RemoveAll(Predicate<string> condition)
    {
        foreach (var path in entries.Keys.Where(p => condition(p)).ToList())
            entries.Remove(path);
    }
}

/// <summary>One file, folder or link of a <see cref="FileTree"/>.</summary>
/// <param name="Type">Which of the three.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Uid">Its owner.</param>
/// <param name="Gid">Its group.</param>
/// <param name="LinkTarget">Where a link points to, as it is written.</param>
/// <param name="Content">A file's content; null when it was not kept.</param>
internal sealed record TreeEntry(TarEntryType Type, UnixFileMode Mode, int Uid, int Gid, string LinkTarget, Stretch? Content)
{
    public bool IsFolder => Type == TarEntryType.Directory;
}
