using System.Collections.Immutable;

namespace Pipeline.Migrations;

/// <summary>What a migration did to the schema.</summary>
/// <param name="Before">The SchemaRevision found in the database before; null when it had none.</param>
/// <param name="After">The SchemaRevision found in the database afterwards.</param>
/// <param name="Applied">The revisions in between, oldest first; empty when there was nothing to do.</param>
public sealed record MigrationResult(string? Before, string? After, ImmutableArray<string> Applied);
