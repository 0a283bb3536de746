using Pipeline.Databases;
using Pipeline.ObjectStore;
using Pipeline.Settings;

namespace Pipeline.Backups;

/// <summary>What is backed up and where backups are kept.</summary>
public sealed record BackupOptions
{
    /// <summary>The database.</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>The bucket for dumps.</summary>
    public string? BackupBucket { get; init; }

    /// <summary>Which store.</summary>
    public required ObjectStoreOptions Storage { get; init; }

    /// <summary>
    /// How old the backup of an unfinished release may be when the release is resumed; an older one is taken anew. A finished release
    /// keeps its backup, and so does one whose migration began: no later dump holds the schema from before it.
    /// </summary>
    /// <value>1h.</value>
    public string? BackupMaxAge { get; init; }

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        Database.Check(faults);
        faults.Require(nameof(BackupBucket), BackupBucket, "the bucket for backups");
        Storage.Check(faults);
        MaxAge(faults);
    }

    internal TimeSpan MaxAge(Faults faults) => faults.Duration(nameof(BackupMaxAge), BackupMaxAge, TimeSpan.FromHours(1));
}
