using System.Collections.Immutable;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Incidents;
using Pipeline.Runs;

namespace Pipeline.Migrations;

/// <summary>Takes the schema up to an exact revision, and keeps the record true whatever becomes of the Job.</summary>
/// <param name="options">Which database, and what a person allowed.</param>
/// <param name="job">What runs it.</param>
/// <param name="context">The run.</param>
internal sealed class SchemaUpgrade(MigrationOptions options, MigrationJob job, StepContext context)
{
    private const string Purpose = "upgrade";

    /// <summary>Judges what is pending, refuses or says what may happen, and runs it.</summary>
    /// <exception cref="FailureException">It was refused (4), failed and left the schema (1), or changed it in part (5).</exception>
    public async Task RunAsync(string? before, ImmutableArray<SchemaRevision> pending, MigrationSql sql, CancellationToken cancellation)
    {
        var target = pending[^1].Id;
        context.Log.Information("Schema: current {Current}, target {Target}", before ?? "(empty)", target);
        var verdicts = sql.Judge(pending, await TypesAsync(cancellation));
        var breaking = new BreakingRevisions(context);
        breaking.Show(pending, verdicts);
        await breaking.AllowAsync(before, verdicts, options.AllowBreaking, cancellation);
        var earlier = context.Ledger.Current.Migration;
        // Written first: whoever finds this run dead must know what it may have done.
        await context.Ledger.UpdateAsync(r => r with { Migration = MigrationResult.Begun(r.Migration, before, verdicts) }, cancellation);
        // The exact revision, not 'head': what was shown is what runs.
        if (await JobAsync(target, before, earlier, cancellation) is { } why)
        {
            var now = await ReadAsync($"'alembic upgrade {target}' failed: {why.Sentence}", cancellation);
            if (now == before)
                await ForgetAsync(before, earlier, cancellation);
            throw Failed($"'alembic upgrade {target}' failed: {why.Sentence}. Its output is above. The pods were not touched.", before, now, why.Evidence);
        }
    }

    /// <summary>Reads the revision once the Job has ended: whatever that says, what it did stands in the database alone.</summary>
    /// <param name="end">How the Job ended, for the sentence of a failure.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="FailureException">5: nobody knows.</exception>
    public async Task<string?> ReadAsync(string end, CancellationToken cancellation)
    {
        try
        {
            return await Database.SchemaRevisionAsync(options.Database, context, cancellation);
        }
        catch (FailureException e)
        {
            throw new FailureException($"{end}, and nobody knows where the schema stands: {e.Message} Run the same command again once the database answers; it goes on from the revision that it finds.", ExitCode.NotPutBack, e);
        }
    }

    private async Task<JobFailure?> JobAsync(string target, string? before, MigrationResult? earlier, CancellationToken cancellation)
    {
        try
        {
            return await job.RunAsync(Purpose, ["alembic", "upgrade", target], changesSchema: true, line => context.Log.Information("alembic: {Line:l}", EvidenceMask.Without(line)), cancellation);
        }
        catch (FailureException e) when (e.ExitCode != ExitCode.NotPutBack)
        {
            // Said first, so taken back: what never began must not look as if it were on its way. In doubt it stays said.
            if (!await MayHaveBegunAsync(before, cancellation))
                await ForgetAsync(before, earlier, cancellation);
            throw;
        }
    }

    private async Task<bool> MayHaveBegunAsync(string? before, CancellationToken cancellation)
    {
        try
        {
            return await job.IsAtWorkAsync(Purpose, cancellation) || await Database.SchemaRevisionAsync(options.Database, context, cancellation) != before;
        }
        catch (FailureException e)
        {
            context.Log.Warning("Nobody knows whether the migration began: {Why:l}", e.Message);
            return true;
        }
    }

    // Only what an earlier run really applied is more than the database says.
    private Task ForgetAsync(string? before, MigrationResult? earlier, CancellationToken cancellation) =>
        context.Ledger.UpdateAsync(r => r with { Migration = earlier is null || earlier.Before == before ? new MigrationResult(before, null, []) : earlier }, cancellation);

    private async Task<ColumnTypes> TypesAsync(CancellationToken cancellation)
    {
        await using var database = await Database.OpenAsync(options.Database, context, cancellation);
        return await ColumnTypes.ReadAsync(database, cancellation);
    }

    // Each revision is a transaction of its own: those before the one that failed stay.
    private static FailureException Failed(string sentence, string? before, string? now, IReadOnlyList<string> evidence) => before == now
        ? new FailureException(string.Join(Environment.NewLine, [$"{sentence} The schema is as it was, at revision {now ?? "(none)"}.", .. evidence]))
        : new FailureException(string.Join(Environment.NewLine, [$"{sentence} The schema went from revision {before ?? "(none)"} to {now ?? "(none)"} and stays there; run Migrate again once the cause is gone.", .. evidence]), ExitCode.NotPutBack);
}
