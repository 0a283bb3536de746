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

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        Database.Check(faults);
        faults.Require(nameof(BackupBucket), BackupBucket, "the bucket for backups");
        Storage.Check(faults);
    }
}
