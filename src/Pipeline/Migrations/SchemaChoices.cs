using System.Globalization;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>The ways back over a breaking range, in words.</summary>
internal static class SchemaChoices
{
    /// <summary>The downgrade, and the backup with what would be lost.</summary>
    public static string Of(SchemaRecord record, SchemaRange range, TimeProvider time)
    {
        var down = $"take the schema back too, with an outage, by ./build.sh Rollback {Flag.Of(nameof(SchemaReturnOptions.RollbackSchema))}";
        if (record.BackupBefore(range)?.Backup is not { } backup)
            return $"{down}. No kept release has a backup from before.";
        var window = TimeSpan.FromSeconds(Math.Round((time.GetUtcNow() - backup.Taken).TotalSeconds));
        var taken = backup.Taken.ToString("u", CultureInfo.InvariantCulture);
        return $"{down}; or restore the backup '{backup.Id}' in '{backup.Bucket}' with pg_restore and then run ./build.sh Rollback: it was taken at {taken}, and what was written in the {Long(window)} since is lost.";
    }

    private static string Long(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{time.TotalDays:0.#} days",
        { TotalHours: >= 2 } => $"{time.TotalHours:0.#} h",
        { TotalMinutes: >= 2 } => $"{time.TotalMinutes:0} min",
        _ => $"{time.TotalSeconds:0} s",
    };
}
