using System.Globalization;
using Pipeline.Databases;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Backups;

/// <summary>Dumps the database, uploads the dump, and proves that what the bucket gives back is that dump.</summary>
public sealed class BackupStep(BackupOptions options) : IStep
{
    /// <inheritdoc />
    public string Name => "Backup";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();

        var release = await context.OpenReleaseAsync(cancellation);
        if (options.Database.IsAbsent)
        {
            await context.Ledger.UpdateAsync(r => r with { WithoutDatabase = options.Database.WithoutDatabase }, cancellation);
            context.Summary.LeftAlone($"the backup: skipped: {options.Database.WithoutDatabase}");
            return;
        }

        await using var database = await Database.OpenAsync(options.Database, context, cancellation);
        using var bucket = new BackupBucket(options, context.Log, context.Gate);
        var snapshot = await Snapshot.TakeAsync(database, cancellation);
        context.FollowsFrom(bucket.Name, database.Name, snapshot.SchemaRevision);
        if (await KeptAsync(release, bucket, snapshot, context, cancellation) is { } kept)
        {
            context.Summary.LeftAlone($"the backup '{kept.Id}' in '{kept.Bucket}', {Size(kept.SizeBytes)}, taken {At(kept.Taken, "u")}");
            return;
        }

        await RemoveUnprovenAsync(bucket, context, cancellation);
        var backup = await TakeAsync(release, database, bucket, snapshot, context, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Backup = backup }, cancellation);
        context.Summary.Changed($"backup '{backup.Id}' in '{backup.Bucket}', {Size(backup.SizeBytes)}, read back and proven");
    }

    private async Task<BackupResult?> KeptAsync(
        Release release, BackupBucket bucket, Snapshot now, StepContext context, CancellationToken cancellation)
    {
        if (release.Backup is not { } backup || backup.Bucket != bucket.Name)
            return null;
        var migrating = release.Steps.Any(s => s.Name == "Migrate") && now.SchemaRevision != backup.SchemaRevision;
        var fresh = context.Time.GetUtcNow() - backup.Taken <= options.MaxAge(new Faults());
        if (release.Outcome != ReleaseOutcome.Succeeded && !migrating && !fresh)
        {
            context.Log.Information("The backup '{Id}' was taken {Taken:u}, too long ago for a release that is still to come", backup.Id, backup.Taken);
            return null;
        }

        if (await bucket.HoldsAsync(backup, cancellation))
            return backup;
        context.Log.Warning("The backup '{Id}' is not in the bucket '{Bucket}' any more as it was", backup.Id, backup.Bucket);
        return null;
    }

    // A run that died between the upload and the proof left a dump that somebody might restore one day.
    private static async Task RemoveUnprovenAsync(BackupBucket bucket, StepContext context, CancellationToken cancellation)
    {
        var proven = context.Ledger.History.Releases.Select(r => r.Backup?.Id).ToHashSet();
        foreach (var left in context.Ledger.History.Releases.Select(r => r.BackupBegun).OfType<string>().Where(b => !proven.Contains(b)))
            if (await bucket.RemoveLeftAsync(left, cancellation))
                context.Log.Warning("The dump '{Key}', which an earlier run uploaded and did not prove, is removed", left);
    }

    private async Task<BackupResult> TakeAsync(
        Release release, Database database, BackupBucket bucket, Snapshot snapshot, StepContext context, CancellationToken cancellation)
    {
        var server = await Snapshot.ServerVersionAsync(database, cancellation);
        await new PostgresProgram("pg_restore").VersionAsync(server, cancellation);
        var program = await new PostgresProgram("pg_dump").VersionAsync(server, cancellation);
        var taken = context.Time.GetUtcNow();
        var key = $"{release.Environment}/{At(taken, "yyyyMMdd'T'HHmmss'Z'")}-{release.Version}-{snapshot.SchemaRevision ?? "empty"}.dump";
        context.Log.Information(
            "Dumping '{Database}' with pg_dump {Program}: {Tables} tables, schema revision {Revision}", database.Name, program, snapshot.Tables.Count, snapshot.SchemaRevision ?? "none");
        DumpFolder.RemoveAbandoned(context.Time, context.Log);
        using var folder = DumpFolder.Make();
        var dump = await Dump.TakeAsync(folder.File, options.Database.DatabaseUrl!, snapshot, context.Log, cancellation);
        context.Log.Information("Dump: {Size}, SHA-256 {Sha256}; uploading it to '{Bucket}' as '{Key}'", Size(dump.SizeBytes), dump.Sha256, bucket.Name, key);
        await context.Ledger.UpdateAsync(r => r with { BackupBegun = key }, cancellation);
        await StoreAsync(bucket, key, dump, snapshot, cancellation);
        context.Log.Information("Backup '{Key}': read back, the same, and it holds every table", key);
        return new BackupResult(bucket.Name, key, dump.SizeBytes, dump.Sha256, database.Name, snapshot.SchemaRevision, taken);
    }

    private static async Task StoreAsync(BackupBucket bucket, string key, Dump dump, Snapshot snapshot, CancellationToken cancellation)
    {
        try
        {
            await bucket.UploadAsync(dump, key, cancellation);
            // The copy that is read back needs the room.
            File.Delete(dump.Path);
            await BackupProof.ProveAsync(bucket, key, dump, snapshot, cancellation);
        }
        catch
        {
            await bucket.RemoveAsync(key);
            throw;
        }
    }

    private static string At(DateTimeOffset time, string format) => time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);

    private static string Size(long bytes) => bytes < 1 << 20 ? $"{Math.Max(1, bytes >> 10)} KiB" : $"{bytes >> 20} MiB";
}
