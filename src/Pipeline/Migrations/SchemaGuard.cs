using Pipeline.Releases;

namespace Pipeline.Migrations;

/// <summary>Keeps the automatic undo from putting pods back on a schema that they cannot live with; it never touches the schema itself.</summary>
internal static class SchemaGuard
{
    /// <summary>Why nothing may be put back; null when older pods can live with the schema as it is.</summary>
    public static string? WhyNoUndo(ReleaseLedger ledger, TimeProvider time)
    {
        var current = ledger.Current;
        var record = new SchemaRecord([current, .. ledger.History.Releases.Where(r => r.Number != current.Number)]);
        if (current is not { Migration: { } migration, Rollback: null } || ledger.History.Live is not { WithoutDatabase: null } live || !record.Knows(live, out var revision))
            return null;
        var range = record.Between(record.Now, revision);
        return range.IsCompatible ? null
            : $"nothing was put back: release {live.Number} ({live.Version}) cannot be expected to live with the schema, which is {(migration.After is null ? "at, or on its way to," : "at")} {range.Newer}: {string.Join("; ", range.Breaking)}. "
            + $"Choose: mend it and run ./build.sh Deploy; {SchemaChoices.Of(record, range, time)}";
    }
}
