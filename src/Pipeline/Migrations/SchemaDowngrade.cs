using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Incidents;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Takes the schema back to an exact revision, with the image of the release that is left: only that one has the revisions.</summary>
/// <param name="options">How long it may take.</param>
/// <param name="manifests">Where the Job's template is.</param>
/// <param name="cluster">Where it runs.</param>
/// <param name="context">The run.</param>
internal sealed class SchemaDowngrade(SchemaReturnOptions options, ManifestOptions manifests, ClusterConnection cluster, StepContext context)
{
    // The statement's own limit comes first, so that the Job has an end and a reason.
    private static readonly TimeSpan StartAndEnd = TimeSpan.FromMinutes(2);

    private TimeSpan Patience => options.Timeout + StartAndEnd;

    /// <summary>Reads the downgrade's SQL before anything changes.</summary>
    /// <exception cref="FailureException">Refused (4): it cannot be had, or a part of it does nothing.</exception>
    public async Task ProveAsync(SchemaWay way, CancellationToken cancellation)
    {
        if (way.Carrier is null)
            return;
        var lines = new List<string>();
        var why = await Job(way).RunAsync("way-back", MigrationPlan.Downgrade(way.Range.Newer!, way.Range.Older), changesSchema: false, lines.Add, cancellation);
        var sql = MigrationPlan.Read(lines).Sql;
        var range = $"from revision {way.Range.Newer} to {way.Range.Older ?? "(none)"}";
        if ((why?.Sentence ?? sql.Fault) is { } fault)
            throw FailureException.Refused($"The downgrade {range} cannot be read with 'alembic downgrade --sql' in the image of release {way.Carrier.Number}, so it may not be reversible: {fault}. Nothing was changed.");
        var idle = sql.Steps.Where(s => s.Statements.IsEmpty && way.Range.Revisions.FirstOrDefault(r => r.Revision == s.From) is not { Statements: 0 }).Select(s => s.From).ToList();
        if (idle.Count > 0)
            throw FailureException.Refused($"The downgrade {range} does nothing for {string.Join(", ", idle)}: only alembic_version would move, and the schema would stay. Write the downgrade of {(idle.Count == 1 ? "that revision" : "those revisions")}, or go back without {Flag.Of(nameof(options.RollbackSchema))}. Nothing was changed.");
        foreach (var statement in sql.Steps.SelectMany(s => s.Statements))
            context.Log.Information("Schema: will run {Statement:l}", statement.ToString());
    }

    /// <summary>Runs it, and reads the revision again from the database.</summary>
    /// <param name="way">From where to where.</param>
    /// <param name="pods">What the pods are at, in a sentence's middle, should it fail.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="FailureException">5: it is not done, or not whole.</exception>
    public async Task RunAsync(SchemaWay way, string pods, CancellationToken cancellation)
    {
        var (before, target) = (await Database.SchemaRevisionAsync(options.Database, context, cancellation), way.Range.Older);
        if (before == target)
        {
            await context.Ledger.UpdateAsync(r => r with { Migration = r.Migration! with { After = target } }, cancellation);
            context.Summary.LeftAlone($"the schema: already at revision {target ?? "(none)"}, so nothing was to be taken back");
            return;
        }

        if (before != way.Range.Newer)
            throw new FailureException($"The database went from revision {way.Range.Newer} to {before ?? "(none)"} while this rollback ran: somebody else migrates. {pods}.", ExitCode.NotPutBack);
        var failure = await Job(way).RunAsync(
            MigrationsAtWork.Downgrade, ["alembic", "downgrade", target ?? "base"], changesSchema: true, line => context.Log.Information("alembic: {Line:l}", EvidenceMask.Without(line)), cancellation);
        var after = await AfterJobAsync(failure, pods, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Migration = r.Migration! with { After = after } }, cancellation);
        if (failure is not null || after != target)
            throw new FailureException(string.Join(Environment.NewLine, [
                $"THE SCHEMA IS NOT BACK: it stands at revision {after ?? "(none)"}, not at {target ?? "(none)"}; {pods}. {failure?.Sentence ?? "The Job ended well all the same: does its secret lead to the same database as this address?"}",
                .. failure?.Evidence ?? [],
                $"Run ./build.sh Rollback {Flag.Of(nameof(options.RollbackSchema))} again once the cause is gone: it goes on from revision {after ?? "(none)"}.",
            ]), ExitCode.NotPutBack);
        context.Summary.Changed($"the schema: back from {before} to {after ?? "(none)"}, with the image of release {way.Carrier!.Number}");
    }

    /// <summary>Waits for a downgrade that an earlier run of the same rollback began, and did not see the end of.</summary>
    /// <exception cref="FailureException">5: it does not end, or somebody deleted it.</exception>
    public async Task AwaitAsync(JsonObject job, CancellationToken cancellation)
    {
        context.Log.Warning("Job/{Job:l} of an earlier run of this rollback still takes the schema back; its end is awaited", job.Name());
        var container = PodTemplate.Containers(job).FirstOrDefault(c => (c["command"] as JsonArray)?.FirstOrDefault()?.ToString() == "alembic") ?? PodTemplate.Containers(job).First();
        var end = await new JobWatch(cluster, context.Log, context.Time)
            .FinishAsync(job, container.Text("name")!, Patience, line => context.Log.Information("alembic: {Line:l}", EvidenceMask.Without(line)), cancellation);
        if (end.Outcome == JobOutcome.StillRuns)
            throw new FailureException($"Job/{job.Name()} did not end within {DurationText.Of(Patience)} ({Flag.Of(nameof(options.RollbackSchemaTimeout))}) and still runs. Watch it with '{MigrationsAtWork.Follow(job, cluster.Namespace)}', then run the same command again: it waits for it.", ExitCode.NotPutBack);
        // It would take the schema back on some later day, when what it waits for arrives.
        if (end.Outcome == JobOutcome.CannotStart)
            await cluster.DeleteAsync(Resource.Jobs, job.Name(), cancellation);
        context.Log.Information("Job/{Job:l} is over: {Outcome}", job.Name(), end.Outcome);
    }

    // Only the database says whether a Job that ended did all of it.
    private async Task<string?> AfterJobAsync(JobFailure? failure, string pods, CancellationToken cancellation)
    {
        try
        {
            return await Database.SchemaRevisionAsync(options.Database, context, cancellation);
        }
        catch (FailureException e)
        {
            throw new FailureException(
                $"Nobody knows whether the schema is back: the downgrade's Job {(failure is null ? "ended well" : $"failed ({failure.Sentence})")}, and {e.Message}; {pods}. Run ./build.sh Rollback {Flag.Of(nameof(options.RollbackSchema))} again once the database answers: it goes on from the revision that it finds.",
                ExitCode.NotPutBack, e);
        }
    }

    private MigrationJob Job(SchemaWay way) => new(cluster, context, new MigrationOptions { Database = options.Database, Manifests = manifests })
    {
        Image = way.Carrier!.Image!.Reference,
        Patience = (Patience, nameof(options.RollbackSchemaTimeout)),
        // Read by libpq, and so by every driver that is built on it.
        ServerOptions = string.Create(CultureInfo.InvariantCulture, $"-c statement_timeout={options.Timeout.TotalMilliseconds:0}"),
    };
}
