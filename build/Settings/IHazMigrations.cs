using Nuke.Common;
using Pipeline.Migrations;

namespace Pipeline.Build.Settings;

/// <summary>How the schema is migrated.</summary>
internal interface IHazMigrations : IHazDatabase, IHazManifests
{
    /// <summary>The migration's time.</summary>
    [Parameter("How long to wait for a migration; it is not stopped then. Default: 30m.")]
    string? MigrationTimeout => TryGetValue(() => MigrationTimeout);

    /// <summary>These settings as the engine takes them.</summary>
    MigrationOptions Migration => new() { Database = Database, Manifests = Manifests, MigrationTimeout = MigrationTimeout };
}
