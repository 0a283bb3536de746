using System.Collections.Immutable;

namespace Pipeline.Migrations;

/// <summary>What a migration did to the schema.</summary>
/// <param name="Before">The SchemaRevision found in the database before; null when it had none.</param>
/// <param name="After">The SchemaRevision found in the database afterwards; null while the migration has not ended well.</param>
/// <param name="Applied">The revisions in between, oldest first; empty when there was nothing to do.</param>
public sealed record MigrationResult(string? Before, string? After, ImmutableArray<string> Applied)
{
    /// <summary>What each revision that it set out to apply means to older pods. Revisions of which no kept record has a verdict count as breaking.</summary>
    public ImmutableArray<RevisionVerdict> Verdicts { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>When no pod ran for it; null when pods ran all the time.</summary>
    public SchemaOutage? Outage { get; init; }

    /// <summary>A migration that is about to begin, or to go on where an earlier run of the same release left it.</summary>
    internal static MigrationResult Begun(MigrationResult? earlier, string? before, ImmutableArray<RevisionVerdict> verdicts)
    {
        var own = earlier?.IfItLedTo(before);
        return new(own is null ? before : own.Before, null, []) { Verdicts = [.. (own?.Verdicts ?? []).Where(e => verdicts.All(v => v.Revision != e.Revision)), .. verdicts] };
    }

    /// <summary>The same migration once the database has been read again.</summary>
    internal static MigrationResult Ended(MigrationResult? begun, string? before, string? after, ImmutableArray<string> applied)
    {
        var own = begun?.IfItLedTo(before);
        return new(own is null ? before : own.Before, after, own switch
        {
            null => applied,
            { Verdicts: { IsEmpty: false } all } => [.. all.Select(v => v.Revision)],
            _ => [.. own.Applied.Except(applied), .. applied],
        })
        { Verdicts = own?.Verdicts ?? [] };
    }

    // A database that somebody moved since then was moved by no migration of this release.
    private MigrationResult? IfItLedTo(string? found) =>
        found == Before || found == After || Applied.Contains(found ?? "") || Verdicts.Any(v => v.Revision == found) ? this : null;
}

/// <summary>The time in which no pod ran.</summary>
/// <param name="From">When the first pod was asked to end, in UTC.</param>
/// <param name="To">When pods served again; null while they do not.</param>
public sealed record SchemaOutage(DateTimeOffset From, DateTimeOffset? To);
