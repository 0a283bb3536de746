using System.Collections.Immutable;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Releases;

namespace Pipeline.Previews;

/// <summary>What a release would do to the schema.</summary>
/// <param name="Before">The revision that the database is at; null when it is empty.</param>
/// <param name="Pending">The revisions that would be applied, in order.</param>
/// <param name="WhyNoSql">Why the image could not be asked, so that the revisions are those of the files; null when it was.</param>
internal sealed record SchemaChange(string? Before, ImmutableArray<SchemaRevision> Pending, string? WhyNoSql)
{
    /// <summary>Asks the database and, in a container without network, the release's own image.</summary>
    /// <exception cref="FailureException">The database cannot be reached, or is ahead of the code.</exception>
    public static async Task<SchemaChange> ReadAsync(PreviewOptions options, BuildInputs inputs, StepContext context, CancellationToken cancellation)
    {
        if (options.Database.IsAbsent)
            return new SchemaChange(null, [], options.Database.WithoutDatabase);
        await using var database = await Database.OpenAsync(options.Database, context, cancellation);
        var before = await database.SchemaRevisionAsync(cancellation);
        var (history, whyNone) = await HistoryAsync(options.Image, inputs, cancellation);
        MigrateStep.RefuseUnknown(before, history, database.Name);
        return new SchemaChange(before, history.After(before), whyNone);
    }

    private static async Task<(RevisionHistory History, string? WhyNoSql)> HistoryAsync(ImageOptions image, BuildInputs inputs, CancellationToken cancellation)
    {
        using var engine = DockerEngine.Open(image);
        try
        {
            var lines = await engine.RunOfflineAsync(inputs.Name, ["alembic", "history"], cancellation);
            return (RevisionHistory.Parse(lines.ReplaceLineEndings("\n").Split('\n')), null);
        }
        catch (FailureException e)
        {
            return (MigrationFiles.Read(image.ImageContext), e.Message);
        }
    }
}
