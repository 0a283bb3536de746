using System.Collections.Immutable;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Releases;

namespace Pipeline.Previews;

/// <summary>The revisions that would be applied, and their SQL as <c>alembic</c> prints it in the release's own image.</summary>
/// <param name="options">Which database and engine.</param>
/// <param name="inputs">Which image.</param>
internal sealed class SchemaPreview(PreviewOptions options, BuildInputs inputs)
{
    /// <returns>True when there is something to do.</returns>
    public async Task<bool> ShowAsync(PreviewText text, StepContext context, CancellationToken cancellation)
    {
        text.Title("Schema");
        if (options.Migration.Database.IsAbsent)
        {
            text.Line($"skipped: {options.Migration.Database.WithoutDatabase}");
            return false;
        }

        await using var database = await Database.OpenAsync(options.Migration.Database, context, cancellation);
        var before = await database.SchemaRevisionAsync(cancellation);
        using var engine = DockerEngine.Open(options.Image);
        var (history, whyNone) = await HistoryAsync(engine, cancellation);
        MigrateStep.RefuseUnknown(before, history, database.Name);
        var pending = history.After(before);
        text.Line(pending.Length == 0 ? $"stays at {before ?? "(none)"}" : $"{before ?? "(empty)"} → {pending[^1].Id}");
        foreach (var revision in pending)
            text.Line(revision.Doc.Length == 0 ? $"+ {revision.Id}" : $"+ {revision.Id}, {revision.Doc}");
        if (pending.Length > 0)
            await ShowSqlAsync(engine, before, pending, whyNone, text, cancellation);
        return pending.Length > 0;
    }

    private async Task<(RevisionHistory History, string? WhyNoSql)> HistoryAsync(DockerEngine engine, CancellationToken cancellation)
    {
        try
        {
            var lines = await engine.RunOfflineAsync(inputs.Name, ["alembic", "history"], cancellation);
            return (RevisionHistory.Parse(lines.ReplaceLineEndings("\n").Split('\n')), null);
        }
        catch (FailureException e)
        {
            return (MigrationFiles.Read(options.Image.ImageContext), e.Message);
        }
    }

    private async Task ShowSqlAsync(
        DockerEngine engine, string? before, ImmutableArray<SchemaRevision> pending, string? whyNone, PreviewText text, CancellationToken cancellation)
    {
        if (whyNone is not null)
        {
            text.Line($"No SQL, and the revisions are those of the files: {whyNone}");
            return;
        }

        var range = before is null ? pending[^1].Id : $"{before}:{pending[^1].Id}";
        text.Block(await engine.RunOfflineAsync(inputs.Name, ["alembic", "upgrade", range, "--sql"], cancellation));
    }
}
