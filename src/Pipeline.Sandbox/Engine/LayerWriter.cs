using System.Formats.Tar;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>Makes layers of files: sorted, with one time for all, so that the same files are the same layer.</summary>
/// <param name="layers">Takes them.</param>
/// <param name="faults">Which faults are on.</param>
internal sealed class LayerWriter(LayerStore layers, FaultSwitch faults)
{
    /// <summary>Writes a layer.</summary>
    /// <param name="entries">What is in it, by path.</param>
    /// <param name="files">Has the contents.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EngineException">There is no room for it.</exception>
    public async Task<Layer> WriteAsync(SortedDictionary<string, TreeEntry> entries, FileTree files, CancellationToken cancellation)
    {
        if (faults.Find("disk-full-build") is not null)
            throw EngineException.Failed(
                $"failed to copy files: userspace copy failed: write /var/lib/docker/tmp/{entries.Keys.LastOrDefault()}: no space left on device");
        await using var archive = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        // The GNU format: .NET writes the process id into every PAX header.
        await using (var tar = new TarWriter(archive, TarEntryFormat.Gnu, leaveOpen: true))
            foreach (var (path, entry) in entries)
                await tar.WriteEntryAsync(Header(path, entry, await files.ReadAsync(entry, cancellation)), cancellation);
        archive.Position = 0;
        return await layers.AddAsync(archive, cancellation);
    }

    private static GnuTarEntry Header(string path, TreeEntry entry, byte[] content)
    {
        var header = new GnuTarEntry(entry.Type, entry.IsFolder ? path + "/" : path)
        {
            Mode = entry.Mode,
            Uid = entry.Uid,
            Gid = entry.Gid,
            ModificationTime = BuildStage.Created,
            AccessTime = BuildStage.Created,
            ChangeTime = BuildStage.Created,
        };
        if (entry.Type == TarEntryType.SymbolicLink)
            header.LinkName = entry.LinkTarget;
        else if (!entry.IsFolder)
            header.DataStream = new MemoryStream(content);
        return header;
    }
}
