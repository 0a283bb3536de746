using System.Text;
using CliWrap;
using Pipeline.Errors;

namespace Pipeline.Backups;

/// <summary>
/// Proves a backup with what the bucket gives back. The hash finds what transfer and store damaged; the table of contents finds a dump of the
/// wrong or of half a database; only reading every block finds a dump that was broken when it was made, because the contents stand at its start.
/// </summary>
internal static class BackupProof
{
    private static readonly PostgresProgram Program = new("pg_restore");

    /// <summary>Reads the object back and restores it to nowhere.</summary>
    /// <exception cref="FailureException">It is not the dump that was taken, or does not hold every table.</exception>
    public static async Task ProveAsync(BackupBucket bucket, string key, Dump dump, Snapshot snapshot, CancellationToken cancellation)
    {
        var copy = dump.Path + ".copy";
        var found = await bucket.DownloadAsync(key, copy, cancellation);
        if (found != dump.Sha256)
            throw Unproven(bucket, key, $"its SHA-256 is {found}, the dump's was {dump.Sha256}");
        var missing = Missing(await ContentsAsync(copy, cancellation), snapshot.Tables);
        if (missing.Count > 0)
            throw Unproven(bucket, key, $"it does not hold {string.Join(", ", missing.Take(5))}{(missing.Count > 5 ? $" and {missing.Count - 5} more tables" : "")}");
        // PipeTarget.Null would close the pipe, and pg_restore would die of it.
        await Program.RunAsync(["--file=-", copy], null, PipeTarget.ToStream(Stream.Null), cancellation);
    }

    /// <summary>The tables that a table of contents lacks.</summary>
    /// <param name="contents">What <c>pg_restore --list</c> prints.</param>
    /// <param name="tables">Schema and name, separated by a space.</param>
    internal static IReadOnlyList<string> Missing(string contents, IReadOnlyList<string> tables) =>
        // 215; 1259 16386 TABLE public datasets dataset
        [.. from table in tables where !contents.Contains($" TABLE {table} ", StringComparison.Ordinal) select table.Replace(' ', '.')];

    private static async Task<string> ContentsAsync(string path, CancellationToken cancellation)
    {
        var contents = new StringBuilder();
        await Program.RunAsync(["--list", path], null, PipeTarget.ToStringBuilder(contents), cancellation);
        return contents.ToString();
    }

    private static FailureException Unproven(BackupBucket bucket, string key, string why) =>
        new($"The backup '{key}' in the bucket '{bucket.Name}' is no proof: read back, {why}. Nothing was changed; run ./build.sh Backup again.");
}
