using Nuke.Common;
using Pipeline.Migrations;

namespace Pipeline.Build.Settings;

/// <summary>Whether the schema goes back with the pods.</summary>
internal interface IHazSchemaReturn : IHazDatabase
{
    /// <summary>Takes it back.</summary>
    [Parameter("Takes the schema back too, by the downgrade of the release that is left; with an outage where older pods need it.")]
    bool RollbackSchema => TryGetValue<bool?>(() => RollbackSchema) ?? false;

    /// <summary>Its time.</summary>
    [Parameter("How long each statement of that downgrade may take, and how long it is waited for. Default: 15m.")]
    string? RollbackSchemaTimeout => TryGetValue(() => RollbackSchemaTimeout);

    /// <summary>These settings as the engine takes them.</summary>
    SchemaReturnOptions SchemaReturn => new() { Database = Database, RollbackSchema = RollbackSchema, RollbackSchemaTimeout = RollbackSchemaTimeout };
}
