using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Errors;

namespace Pipeline.Images;

/// <summary>
/// What is sent to the engine: a folder without what its <c>.dockerignore</c> excludes. Times, owners, umasks, the file system's order and
/// empty folders do not count, so that two clones of one commit are the same context.
/// </summary>
public sealed class BuildContext
{
    // Not 1970: tools that make zip files in a build refuse times before 1980.
    private static readonly DateTimeOffset Modified = new(1980, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private readonly List<ContextEntry> entries = [];
    private readonly DockerIgnore ignore;
    private readonly string root;

    private BuildContext(string folder)
    {
        root = Path.GetFullPath(folder);
        ignore = DockerIgnore.Read(root);
    }

    /// <summary>How many files are sent.</summary>
    public int Files => entries.Count(e => e.Kind != ContextEntryKind.Folder);

    internal IReadOnlyList<ContextEntry> Entries => entries;

    /// <summary>Lists the folder.</summary>
    /// <exception cref="UsageException">Its <c>.dockerignore</c> cannot be understood.</exception>
    /// <exception cref="FailureException">Something in it cannot be read.</exception>
    public static BuildContext Read(string folder)
    {
        var context = new BuildContext(folder);
        try
        {
            context.AddFolder(new DirectoryInfo(context.root), "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(folder, e);
        }

        context.entries.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return context;
    }

    /// <summary>SHA-256, in hex, over every path, kind and content.</summary>
    public async Task<string> HashAsync(CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{entry.Kind}\0{entry.Path}\0{entry.LinkTarget}\0"));
            if (entry.Kind is ContextEntryKind.File or ContextEntryKind.Executable)
            {
                await using var content = Open(entry);
                hash.AppendData(await SHA256.HashDataAsync(content, cancellation));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the tar archive that the engine's API takes.</summary>
    public async Task WriteAsync(Stream archive, CancellationToken cancellation)
    {
        await using var tar = new TarWriter(archive, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var entry in entries)
        {
            await using var content = entry.Kind is ContextEntryKind.File or ContextEntryKind.Executable ? Open(entry) : null;
            await tar.WriteEntryAsync(Header(entry, content), cancellation);
        }
    }

    // The GNU format: .NET writes the process id into every PAX header.
    private static GnuTarEntry Header(ContextEntry entry, Stream? content)
    {
        var (type, mode) = entry.Kind switch
        {
            ContextEntryKind.Folder => (TarEntryType.Directory, Convert.ToInt32("755", 8)),
            ContextEntryKind.Link => (TarEntryType.SymbolicLink, Convert.ToInt32("777", 8)),
            ContextEntryKind.Executable => (TarEntryType.RegularFile, Convert.ToInt32("755", 8)),
            _ => (TarEntryType.RegularFile, Convert.ToInt32("644", 8)),
        };
        var header = new GnuTarEntry(type, type == TarEntryType.Directory ? entry.Path + "/" : entry.Path)
        {
            Mode = (UnixFileMode)mode,
            ModificationTime = Modified,
            AccessTime = Modified,
            ChangeTime = Modified,
            Uid = 0,
            Gid = 0,
        };
        if (type == TarEntryType.SymbolicLink)
            header.LinkName = entry.LinkTarget;
        if (content is not null)
            header.DataStream = content;
        return header;
    }

    private static FileStream Open(ContextEntry entry)
    {
        try
        {
            return new FileStream(entry.Source, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(entry.Source, e);
        }
    }

    private static FailureException Unreadable(string path, Exception cause) =>
        new($"'{path}' cannot be read, so the image's context cannot be sent: {cause.Message} Name it in {DockerIgnore.FileName} if the image does not need it.", cause: cause);

    /// <returns>True when anything below is sent; git knows no empty folders, so they are not sent.</returns>
    private bool AddFolder(DirectoryInfo folder, string prefix)
    {
        var any = false;
        foreach (var info in folder.EnumerateFileSystemInfos())
        {
            var path = prefix + info.Name;
            if (info is DirectoryInfo below && info.LinkTarget is null)
            {
                if (ignore.IgnoresAllBelow(path) || !AddFolder(below, path + "/"))
                    continue;
                entries.Add(new ContextEntry(path, info.FullName, ContextEntryKind.Folder));
            }
            else if (IsSent(path))
                entries.Add(new ContextEntry(path, info.FullName, KindOf(info), info.LinkTarget?.Replace('\\', '/') ?? ""));
            else
                continue;
            any = true;
        }

        return any;
    }

    // The engine needs both even when they are ignored; it then leaves them out of the image itself.
    private bool IsSent(string path) => path is "Dockerfile" or DockerIgnore.FileName || !ignore.Ignores(path);

    // Windows keeps no such bit; there, as with the docker command, every file is executable.
    private static ContextEntryKind KindOf(FileSystemInfo info) =>
        info.LinkTarget is not null ? ContextEntryKind.Link
        : OperatingSystem.IsWindows() || info.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? ContextEntryKind.Executable
        : ContextEntryKind.File;
}
