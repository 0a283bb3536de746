using System.Collections.Immutable;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Previews;

/// <summary>What a release would do to the schema.</summary>
/// <param name="Before">The revision that the database is at; null when it is empty.</param>
/// <param name="Pending">The revisions that would be applied, in order.</param>
/// <param name="Verdicts">What each of them means to older pods; none where there is no SQL.</param>
/// <param name="Sql">Their SQL.</param>
/// <param name="WhyNoSql">Why the image could not be asked, so that the revisions are those of the files; null when it was.</param>
internal sealed record SchemaChange(string? Before, ImmutableArray<SchemaRevision> Pending, ImmutableArray<RevisionVerdict> Verdicts, string Sql, string? WhyNoSql)
{
    /// <summary>Asks the database and, in a container without network, the release's own image.</summary>
    /// <exception cref="FailureException">The database cannot be reached, or is ahead of the code by what the code's pods may not live with.</exception>
    public static async Task<SchemaChange> ReadAsync(PreviewOptions options, BuildInputs inputs, ReleaseHistory kept, StepContext context, CancellationToken cancellation)
    {
        if (options.Database.IsAbsent)
            return new SchemaChange(null, [], [], "", options.Database.WithoutDatabase);
        await using var database = await Database.OpenAsync(options.Database, context, cancellation);
        var before = await database.SchemaRevisionAsync(cancellation);
        var (plan, whyNone) = await PlanAsync(options.Image, inputs, before, cancellation);
        if (MigrateStep.RefuseUnknown(before, plan.History, database.Name, new SchemaRecord(kept.Releases)))
            return new SchemaChange(before, [], [], "", whyNone);
        var pending = plan.History.After(before);
        var verdicts = whyNone is null ? plan.Sql.Judge(pending, await ColumnTypes.ReadAsync(database, cancellation)) : [];
        return new SchemaChange(before, pending, verdicts, plan.Text, whyNone);
    }

    private static async Task<(MigrationPlan Plan, string? WhyNoSql)> PlanAsync(ImageOptions image, BuildInputs inputs, string? before, CancellationToken cancellation)
    {
        using var engine = DockerEngine.Open(image);
        try
        {
            var printed = await engine.RunOfflineAsync(inputs.Name, MigrationPlan.Upgrade(before), cancellation);
            return (MigrationPlan.Read(printed.ReplaceLineEndings("\n").Split('\n')), null);
        }
        catch (FailureException e)
        {
            return (new MigrationPlan(MigrationFiles.Read(image.ImageContext), "", MigrationSql.Unreadable(e.Message)), e.Message);
        }
    }
}
