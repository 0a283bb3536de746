using Nuke.Common;
using Pipeline.Migrations;

namespace Pipeline.Build.Settings;

/// <summary>How the schema is migrated.</summary>
internal interface IHazMigrations : IHazDatabase, IHazManifests
{
    /// <summary>The migration's time.</summary>
    [Parameter("How long to wait for a migration; it is not stopped then. Default: 30m.")]
    string? MigrationTimeout => TryGetValue(() => MigrationTimeout);

    /// <summary>Breaking revisions.</summary>
    [Parameter("Breaking revisions that may be applied, by their ids; the record keeps who allowed them.")]
    string[]? AllowBreaking => TryGetValue(() => AllowBreaking);

    /// <summary>These settings as the engine takes them.</summary>
    MigrationOptions Migration => new() { Database = Database, Manifests = Manifests, MigrationTimeout = MigrationTimeout, AllowBreaking = AllowBreaking ?? [] };
}
