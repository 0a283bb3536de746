using CliWrap;
using Pipeline.Errors;
using Pipeline.Output;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Backups;

/// <summary>A dump on this machine's disk, hashed on its way there.</summary>
/// <param name="Path">The file; only this user may read it.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="Sha256">SHA-256 in lower-case hex of what <c>pg_dump</c> wrote, not of what the disk kept.</param>
internal sealed record Dump(string Path, long SizeBytes, string Sha256)
{
    private static readonly PostgresProgram Program = new("pg_dump");

    /// <summary>Writes it to <paramref name="path"/>, which must not exist.</summary>
    /// <exception cref="FailureException"><c>pg_dump</c> failed, or the disk is full.</exception>
    public static async Task<Dump> TakeAsync(string path, Secret address, Snapshot snapshot, ILogger log, CancellationToken cancellation)
    {
        // gzip's default level takes three times as long as level 1 for a file that is five percent smaller. A table that somebody keeps
        // locked must not hold up the release for ever.
        string[] arguments = ["--format=custom", "--compress=1", "--no-password", "--lock-wait-timeout=60s", $"--snapshot={snapshot.Id}"];
        try
        {
            await using var file = new HashedFile(path, done => log.Progress("backup-dump", "Dumping the database", done, null, "bytes"));
            var said = await Program.RunAsync(arguments, address, PipeTarget.Create(file.CopyFromAsync), cancellation);
            if (said.Length > 0)
                log.Warning("pg_dump: {Said}", said);
            return new Dump(path, file.SizeBytes, file.Sha256);
        }
        // The second is what .NET makes of a file system, or a limit of the shell (ulimit -f), that allows no file of this size.
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            throw new FailureException($"The dump could not be written to '{path}': {e.Message}. Free some space, or point TMPDIR at a larger disk.", cause: e);
        }
    }
}
