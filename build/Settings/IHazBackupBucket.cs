using Nuke.Common;
using Pipeline.Backups;

namespace Pipeline.Build.Settings;

/// <summary>Where backups are kept.</summary>
internal interface IHazBackupBucket : IHazDatabase, IHazStorage
{
    /// <summary>The bucket.</summary>
    [Parameter("The bucket for backups.")]
    string? BackupBucket => TryGetValue(() => BackupBucket);

    /// <summary>How old a backup may be.</summary>
    [Parameter("How old the backup of an unfinished release may be when it is resumed. Default: 1h.")]
    string? BackupMaxAge => TryGetValue(() => BackupMaxAge);

    /// <summary>These settings as the engine takes them.</summary>
    BackupOptions Backups => new() { Database = Database, BackupBucket = BackupBucket, BackupMaxAge = BackupMaxAge, Storage = Storage };
}
