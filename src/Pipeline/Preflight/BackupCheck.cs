using Pipeline.Backups;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The backup of the release is still in its bucket as it was proven, whichever run took it.</summary>
/// <param name="options">Database and store.</param>
internal sealed class BackupCheck(LastLookOptions options) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Backup;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        if (context.Ledger.Current.Backup is not { } backup)
            return new Finding(Name, FindingState.NotChecked, "the release has none");
        var where = new BackupOptions { Database = options.Database, BackupBucket = backup.Bucket, Storage = options.Frontend.Storage };
        using var bucket = new BackupBucket(where, context.Log, context.Gate);
        return await bucket.HoldsAsync(backup, cancellation)
            ? new Finding(Name, FindingState.Passed, $"'{backup.Id}' in '{backup.Bucket}'")
            : new Finding(Name, FindingState.Failed, $"'{backup.Id}' is not in the bucket '{backup.Bucket}' any more as it was taken.", "Run ./build.sh Backup again.");
    }
}
