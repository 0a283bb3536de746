using Pipeline.Migrations;

namespace Pipeline.Previews;

/// <summary>Shows the revisions that would be applied, what each means to the pods that run, and their SQL as <c>alembic</c> prints it in the release's own image.</summary>
/// <param name="options">Whether there is a database.</param>
internal sealed class SchemaPreview(PreviewOptions options)
{
    /// <returns>True when there is something to do.</returns>
    public bool Show(SchemaChange change, PreviewText text)
    {
        text.Title("Schema");
        if (options.Database.IsAbsent)
        {
            text.Line($"skipped: {options.Database.WithoutDatabase}");
            return false;
        }

        if (change.Pending.Length == 0)
        {
            text.Line($"stays at {change.Before ?? "(none)"}");
            return false;
        }

        text.Line($"{change.Before ?? "(empty)"} → {change.Pending[^1].Id}");
        foreach (var revision in change.Pending)
            text.Line(revision.Doc.Length == 0 ? $"+ {revision.Id}" : $"+ {revision.Id}, {revision.Doc}");
        foreach (var verdict in change.Verdicts)
            text.Line(verdict.IsCompatible ? $"{verdict.Revision} is compatible with the pods that run" : $"{verdict.Revision} is BREAKING: {verdict.Breaking}{Needed(change, verdict)}");
        if (change.WhyNoSql is not null)
            text.Line($"No SQL, and the revisions are those of the files: {change.WhyNoSql}");
        else
            text.Block(change.Sql);
        return true;
    }

    private static string Needed(SchemaChange change, RevisionVerdict verdict) => change.Before is null ? "" : $". Deploy needs {BreakingRevisions.Flag} {verdict.Revision}";
}
