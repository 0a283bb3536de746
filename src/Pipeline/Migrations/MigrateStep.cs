using System.Collections.Immutable;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Preflight;
using Pipeline.Releases;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Brings the schema to the revision that the release's image carries, shown first, then run, then read again from the database.</summary>
/// <param name="options">Which database and Job.</param>
/// <param name="risks">What may be missing.</param>
/// <param name="lastLook">The second phase of Preflight.</param>
public sealed class MigrateStep(MigrationOptions options, AcceptedRisks risks, LastLook lastLook) : IStep
{
    /// <inheritdoc />
    public string Name => "Migrate";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        CheckOptions();
        var release = await context.OpenReleaseAsync(cancellation);
        await risks.EnsureAsync(context, cancellation);
        if (release.Image is null)
            throw FailureException.Refused($"Release {release.Number} has no image at the registry, and the migration runs in it. Run ./build.sh PushImage first.");
        await lastLook.EnsureAsync(context, risks.AcceptNoPreflight, cancellation);
        if (options.Database.IsAbsent)
        {
            context.Summary.LeftAlone($"the schema: skipped: {options.Database.WithoutDatabase}");
            return;
        }

        await using var database = await Database.OpenAsync(options.Database, context, cancellation);
        var before = await database.SchemaRevisionAsync(cancellation);
        if (release.Migration is { After: { } done } && done == before)
        {
            context.Summary.LeftAlone($"the schema: already at revision {done}");
            return;
        }

        var job = new MigrationJob(await context.ClusterAsync(cancellation), context, options);
        var history = await HistoryAsync(job, context, cancellation);
        RefuseUnknown(before, history, database.Name);
        var applied = history.After(before);
        if (applied.Length > 0)
            await UpgradeAsync(job, context, database, before, applied, cancellation);
        await RecordAsync(context, database, before, applied, cancellation);
        await job.DeleteOldAsync(cancellation);
    }

    private void CheckOptions()
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();
    }

    private static async Task<RevisionHistory> HistoryAsync(MigrationJob job, StepContext context, CancellationToken cancellation)
    {
        var lines = new List<string>();
        if (await job.RunAsync("plan", ["alembic", "history"], changesSchema: false, lines.Add, cancellation) is { } why)
            throw new FailureException(string.Join(Environment.NewLine, [$"The image's migrations cannot be read with 'alembic history'. {why.Sentence}.", .. why.Evidence]));
        context.Log.Debug("The image carries {Count} lines of history", lines.Count);
        return RevisionHistory.Parse(lines);
    }

    /// <summary>Refuses a database that is ahead of the code.</summary>
    /// <exception cref="FailureException">It is.</exception>
    internal static void RefuseUnknown(string? before, RevisionHistory history, string database)
    {
        if (before is not null && !history.Knows(before))
            throw FailureException.Refused($"The database '{database}' is at revision {before}, which the image does not carry: it is ahead of this code. Release from a branch that has this revision. Nothing was changed.");
    }

    private static async Task UpgradeAsync(MigrationJob job, StepContext context, Database database, string? before, ImmutableArray<SchemaRevision> applied, CancellationToken cancellation)
    {
        var target = applied[^1].Id;
        context.Log.Information("Schema: current {Current}, target {Target}", before ?? "(empty)", target);
        foreach (var revision in applied)
            context.Log.Information("Schema: to apply {Revision}, {Doc}", revision.Id, revision.Doc);
        // The exact revision, not 'head': what was shown is what runs.
        if (await job.RunAsync("upgrade", ["alembic", "upgrade", target], changesSchema: true, line => context.Log.Information("alembic: {Line:l}", line), cancellation) is { } why)
            throw Failed($"'alembic upgrade {target}' failed: {why.Sentence}. Its output is above. The pods were not touched.", before, await database.SchemaRevisionAsync(cancellation), why.Evidence);
    }

    // Each revision is a transaction of its own: those before the one that failed stay.
    private static FailureException Failed(string sentence, string? before, string? now, IReadOnlyList<string> evidence) => before == now
        ? new FailureException(string.Join(Environment.NewLine, [$"{sentence} The schema is as it was, at revision {now ?? "(none)"}.", .. evidence]))
        : new FailureException(string.Join(Environment.NewLine, [$"{sentence} The schema went from revision {before ?? "(none)"} to {now ?? "(none)"} and stays there; run Migrate again once the cause is gone.", .. evidence]), ExitCode.NotPutBack);

    private static async Task RecordAsync(StepContext context, Database database, string? before, ImmutableArray<SchemaRevision> applied, CancellationToken cancellation)
    {
        var after = await database.SchemaRevisionAsync(cancellation);
        if (applied.Length > 0 && after != applied[^1].Id)
            throw new FailureException($"The migration ended well, but the database '{database.Name}' is at revision {after ?? "(none)"} instead of {applied[^1].Id}. Does the secret in the Job's template lead to the same database as {Flag.VariableOf(nameof(DatabaseOptions.DatabaseUrl))}?", ExitCode.NotPutBack);
        await context.Ledger.UpdateAsync(r => r with { Migration = new MigrationResult(before, after, [.. applied.Select(a => a.Id)]) }, cancellation);
        if (applied.Length > 0)
            context.Summary.Changed($"the schema: from {before ?? "(empty)"} to {after}");
        else
            context.Summary.LeftAlone($"the schema: already at revision {after ?? "(none)"}");
    }
}
