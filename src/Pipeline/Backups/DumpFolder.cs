using System.Globalization;
using Pipeline.Leases;
using Serilog;

namespace Pipeline.Backups;

/// <summary>
/// A folder of this user's own for one dump, in the machine's folder for temporary files; gone once the dump is stored. A run that is killed
/// leaves it, with all that users have in the database: a later backup on this machine removes it.
/// </summary>
internal sealed class DumpFolder : IDisposable
{
    private const string Prefix = "pipeline-backup-";

    // Containers may share the folder and not their processes: what was written to a moment ago belongs to somebody.
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);
    private readonly DirectoryInfo folder;

    private DumpFolder(DirectoryInfo folder) => this.folder = folder;

    /// <summary>Where the dump goes.</summary>
    public string File => Path.Combine(folder.FullName, "database.dump");

    /// <summary>Makes one.</summary>
    public static DumpFolder Make() =>
        new(Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-{LocalProcess.StartOf(Environment.ProcessId) ?? "0"}-"));

    /// <summary>Removes those whose process is no more.</summary>
    public static void RemoveAbandoned(TimeProvider time, ILogger log)
    {
        foreach (var left in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories($"{Prefix}*").Where(f => IsAbandoned(f, time)))
            try
            {
                left.Delete(recursive: true);
                log.Warning("The dump that an earlier run left in '{Folder}' is removed", left.FullName);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.Debug("'{Folder}' is not this user's to remove: {Why}", left.FullName, e.Message);
            }
    }

    /// <inheritdoc />
    public void Dispose() => folder.Delete(recursive: true);

    private static bool IsAbandoned(DirectoryInfo found, TimeProvider time)
    {
        if (found.Name[Prefix.Length..].Split('-') is not [var number, var start, _] || !int.TryParse(number, CultureInfo.InvariantCulture, out var process))
            return false;
        try
        {
            var written = found.EnumerateFiles().Select(f => f.LastWriteTimeUtc).Append(found.LastWriteTimeUtc).Max();
            return LocalProcess.IsGone(process, start == "0" ? null : start) && time.GetUtcNow() - written > Abandoned;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
