using Pipeline.Databases;
using Pipeline.Rollouts;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Which database is migrated, with which Job, and how long it may take.</summary>
public sealed record MigrationOptions
{
    /// <summary>The database.</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>Where the Job's template is.</summary>
    public required ManifestOptions Manifests { get; init; }

    /// <summary>How long to wait for a migration. It is not stopped when the time is over: half a migration is worse than a long one.</summary>
    /// <value>30m.</value>
    public string? MigrationTimeout { get; init; }

    /// <summary>Breaking revisions that a person accepts, by their ids.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> AllowBreaking { get; init; } = [];

    /// <summary><see cref="MigrationTimeout"/> as a duration.</summary>
    public TimeSpan Timeout => new Faults().Duration(nameof(MigrationTimeout), MigrationTimeout, DefaultTimeout);

    private static TimeSpan DefaultTimeout => TimeSpan.FromMinutes(30);

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        Database.Check(faults);
        Manifests.Check(faults);
        faults.Duration(nameof(MigrationTimeout), MigrationTimeout, DefaultTimeout);
    }
}
