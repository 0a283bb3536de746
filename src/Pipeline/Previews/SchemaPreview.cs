using Pipeline.Images;

namespace Pipeline.Previews;

/// <summary>Shows the revisions that would be applied, and their SQL as <c>alembic</c> prints it in the release's own image.</summary>
/// <param name="options">Which engine, and whether there is a database.</param>
/// <param name="inputs">Which image.</param>
internal sealed class SchemaPreview(PreviewOptions options, BuildInputs inputs)
{
    /// <returns>True when there is something to do.</returns>
    public async Task<bool> ShowAsync(SchemaChange change, PreviewText text, CancellationToken cancellation)
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
        await ShowSqlAsync(change, text, cancellation);
        return true;
    }

    private async Task ShowSqlAsync(SchemaChange change, PreviewText text, CancellationToken cancellation)
    {
        if (change.WhyNoSql is not null)
        {
            text.Line($"No SQL, and the revisions are those of the files: {change.WhyNoSql}");
            return;
        }

        var target = change.Pending[^1].Id;
        using var engine = DockerEngine.Open(options.Image);
        text.Block(await engine.RunOfflineAsync(inputs.Name, ["alembic", "upgrade", change.Before is null ? target : $"{change.Before}:{target}", "--sql"], cancellation));
    }
}
