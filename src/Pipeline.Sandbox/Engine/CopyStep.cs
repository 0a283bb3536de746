using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>COPY and ADD: which files go where.</summary>
/// <param name="instruction">The instruction.</param>
/// <param name="stage">The stage that gets the files.</param>
/// <param name="source">Where they come from: the context or another stage.</param>
internal sealed class CopyStep(Instruction instruction, BuildStage stage, FileTree source)
{
    private const UnixFileMode FolderMode = (UnixFileMode)0b111_101_101;
    private const int LinksFollowed = 40;

    private readonly SortedDictionary<string, TreeEntry> result = new(StringComparer.Ordinal);
    private readonly FileOwner owner = FileOwner.Parse(instruction.Flag("chown"), stage);

    /// <summary>The files of the new layer.</summary>
    public SortedDictionary<string, TreeEntry> Result => result;

    /// <summary>What is copied, as the history tells it: <c>file:hash</c>, <c>dir:hash</c> or <c>multi:hash</c>.</summary>
    public string What { get; private set; } = "";

    /// <summary>Finds the files.</summary>
    /// <param name="sources">What is copied, without variables.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EngineException">Something is missing, or forbidden.</exception>
    public async Task RunAsync(IReadOnlyList<string> sources, string target, CancellationToken cancellation)
    {
        var found = sources.SelectMany(Find).ToList();
        if (found.Count == 0)
            throw EngineException.Failed($"{instruction.Name} failed: no source files were specified");
        if (found.Count > 1 && !target.EndsWith('/'))
            throw EngineException.Failed($"When using {instruction.Name} with more than one source file, the destination must be a directory and end with a /");
        await owner.ResolveAsync(cancellation);
        var path = FileTree.Clean(target.StartsWith('/') ? target : $"{stage.Folder}/{target}");
        var isFolder = target.EndsWith('/') || target is "." or ".." || target.EndsWith("/.", StringComparison.Ordinal) || stage.Files.HasFolder(path);
        foreach (var item in found)
            if (source.HasFolder(item))
                AddFolder(item, path);
            else
                await AddFileAsync(item, path, isFolder, cancellation);
        foreach (var added in result.Keys.ToList())
            AddParents(added);
        var kind = found.Count > 1 ? "multi" : source.HasFolder(found[0]) ? "dir" : "file";
        What = $"{kind}:{await HashAsync(cancellation)}";
    }

    private IEnumerable<string> Find(string wanted)
    {
        var forbidden = instruction.Flag("from") is null && IsOutside(wanted);
        if (forbidden)
            throw EngineException.Failed($"{instruction.Name} failed: forbidden path outside the build context: {wanted} ()");
        if (instruction.Name == "ADD" && wanted.Contains("://", StringComparison.Ordinal))
            throw EngineException.Failed($"ADD failed: {wanted}: this engine reaches nothing outside this machine");
        var path = FileTree.Clean(wanted);
        if (wanted.AsSpan().ContainsAny('*', '?', '['))
        {
            var pattern = Pattern(path);
            return source.Entries.Keys.Where(p => pattern.IsMatch(p));
        }

        if (source.Entries.ContainsKey(path) || source.HasFolder(path))
            return [path];
        throw Missing(wanted);
    }

    private EngineException Missing(string wanted)
    {
        var where = instruction.Flag("from") is null ? "file not found in build context or excluded by .dockerignore: " : "";
        return EngineException.Failed($"{instruction.Name} failed: {where}stat {wanted}: file does not exist");
    }

    private static bool IsOutside(string path)
    {
        var depth = 0;
        return path.Split('/').Any(part => (depth += part is "" or "." ? 0 : part == ".." ? -1 : 1) < 0);
    }

    // app/*.py   [ab]?.txt: like the shell's, but a "*" ends at a slash
    private static Regex Pattern(string path)
    {
        var regex = Regex.Replace(Regex.Escape(path).Replace("]", "\\]", StringComparison.Ordinal), @"\\\*|\\\?|\\\[(\^?)(.*?)\\\]", m => m.Value switch
        {
            @"\*" => "[^/]*",
            @"\?" => "[^/]",
            _ => $"[{m.Groups[1].Value}{m.Groups[2].Value}]",
        });
        return new Regex($@"\A{regex}\z", RegexOptions.Singleline);
    }

    private void AddFolder(string folder, string path)
    {
        if (path.Length > 0 && !stage.Files.HasFolder(path))
            result[path] = owner.Of(source.Entries.GetValueOrDefault(folder) ?? Folder());
        foreach (var (name, entry) in source.Entries.Where(e => FileTree.IsBelow(e.Key, folder)))
            result[FileTree.Join(path, folder.Length == 0 ? name : name[(folder.Length + 1)..])] = owner.Of(entry);
    }

    private async Task AddFileAsync(string file, string path, bool isFolder, CancellationToken cancellation)
    {
        var entry = Follow(file);
        if (instruction.Name == "ADD" && await AddArchiveAsync(entry, path, cancellation))
            return;
        result[isFolder ? FileTree.Join(path, FileTree.Split(file).Name) : path] = owner.Of(entry);
    }

    // A file that is named itself is what a link leads to; links inside a copied folder stay links.
    private TreeEntry Follow(string file)
    {
        var (path, entry) = (file, source.Entries[file]);
        for (var i = 0; i < LinksFollowed && entry.Type == TarEntryType.SymbolicLink; i++)
        {
            path = FileTree.Clean(entry.LinkTarget.StartsWith('/') ? entry.LinkTarget : $"{FileTree.Split(path).Folder}/{entry.LinkTarget}");
            entry = source.Entries.GetValueOrDefault(path) ?? throw Missing(file);
        }

        return entry;
    }

    private async Task<bool> AddArchiveAsync(TreeEntry entry, string path, CancellationToken cancellation)
    {
        var content = await source.ReadAsync(entry, cancellation);
        var isTar = content.Length > 262 && content.AsSpan(257, 5).SequenceEqual("ustar"u8);
        if (!isTar && content is not [0x1f, 0x8b, ..])
            return false;
        await using var archive = await LayerFile.OpenAsync(new MemoryStream(content), cancellation);
        var unpacked = source.Empty();
        try
        {
            await unpacked.AddAsync(archive, (_, _) => true, cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            // Compressed, but no archive: it is copied as it is.
            return false;
        }

        foreach (var (name, unpackedEntry) in unpacked.Entries)
            result[FileTree.Join(path, name)] = unpackedEntry;
        return true;
    }

    private void AddParents(string path)
    {
        for (var folder = FileTree.Split(path).Folder; folder.Length > 0; folder = FileTree.Split(folder).Folder)
            if (!result.ContainsKey(folder) && !stage.Files.HasFolder(folder))
                result[folder] = Folder();
    }

    private static TreeEntry Folder() => new(TarEntryType.Directory, FolderMode, 0, 0, "", null);

    private async Task<string> HashAsync(CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, entry) in result)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{entry.Type}\0{entry.Mode}\0{entry.Uid}:{entry.Gid}\0{entry.LinkTarget}\0"));
            hash.AppendData(SHA256.HashData(await source.ReadAsync(entry, cancellation)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
