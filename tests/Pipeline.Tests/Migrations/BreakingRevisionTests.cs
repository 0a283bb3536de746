using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Migrations;

/// <summary>What Migrate does about revisions that older pods may not be able to live with.</summary>
public sealed class BreakingRevisionTests(TemporaryPostgres postgres) : MigrateBed(postgres)
{
    [SkippableFact]
    public async Task A_database_ahead_of_the_image_is_refused()
    {
        var error = await run.FailAsync(await StepAsync("ffff"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal($"The database '{database}' is at revision ffff, which the image does not carry: it is ahead of this code, and no kept release says what lies between. Release from a branch that has this revision. Nothing was changed.", error.Message);
    }

    [SkippableFact]
    public async Task A_database_ahead_by_compatible_revisions_is_fine_and_nothing_is_migrated()
    {
        await GivenAsync(new RevisionVerdict("ffff", ["cccc"], null, 1));
        await run.RunAsync(await StepAsync("ffff"));

        Assert.Equal(["create Job/migrate-8-plan"], workloads.Changes);
        Assert.Equal("left alone   the schema: at revision ffff, ahead of this code's cccc by compatible revisions alone", Assert.Single(run.Summary));
        Assert.Equal(("ffff", "ffff"), (run.Release.Migration!.Before, run.Release.Migration.After));
    }

    [SkippableFact]
    public async Task A_database_ahead_by_a_breaking_revision_is_refused()
    {
        await GivenAsync(new RevisionVerdict("ffff", ["cccc"], "DROP TABLE files: it is gone", 1));
        var error = await run.FailAsync(await StepAsync("ffff"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains("it is ahead of this code (ffff: DROP TABLE files: it is gone).", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_breaking_revision_is_refused_with_its_statement_and_nothing_runs()
    {
        sql!["cccc"] = "ALTER TABLE datasets DROP COLUMN name;";
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains("  cccc: ALTER TABLE datasets DROP COLUMN name: older pods may use what it changes", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("--allow-breaking cccc.", error.Message, StringComparison.Ordinal);
        Assert.Equal(["create Job/migrate-1-plan"], workloads.Changes);
        Assert.Null(run.Release.Migration);
    }

    [SkippableFact]
    public async Task Every_breaking_revision_must_be_named()
    {
        (sql!["bbbb"], sql["cccc"], allowed) = ("DROP TABLE old;", "DROP TABLE older;", ["cccc"]);
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Contains("bbbb: DROP TABLE old", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("--allow-breaking bbbb cccc.", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Who_wants_a_breaking_migration_undone_while_its_job_is_at_work_reads_that_it_goes_on_and_5()
    {
        var error = await InterruptedAsync("ALTER TABLE datasets DROP COLUMN name;");

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Contains(run.Summary, l => l.StartsWith("changed      the schema, perhaps: Job/migrate-8-upgrade may be at work, and goes on to its end", StringComparison.Ordinal));
        Assert.Contains(run.Summary, l => l.StartsWith("changed      NOT PUT BACK: nothing was put back: release 7 (1.7.0) cannot be expected to live with the schema, which is at, or on its way to, cccc: cccc: ALTER TABLE datasets DROP COLUMN name", StringComparison.Ordinal));
        Assert.Equal(ReleaseOutcome.NotPutBack, run.Release.Outcome);
    }

    [SkippableFact]
    public async Task Who_wants_a_compatible_migration_undone_while_its_job_is_at_work_reads_that_it_goes_on()
    {
        var error = await InterruptedAsync("CREATE TABLE files (id int);");

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Contains(run.Summary, l => l.StartsWith("changed      the schema, perhaps: Job/migrate-8-upgrade may be at work, and goes on to its end", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_breaking_migration_that_never_began_left_nothing_changed()
    {
        await LiveAsync();
        (sql!["cccc"], allowed) = ("ALTER TABLE datasets DROP COLUMN name;", ["cccc"]);
        var step = await StepAsync("aaaa");
        workloads.Controller = job =>
        {
            if (job.Name().EndsWith("-plan", StringComparison.Ordinal))
                RunJob(job);
            else
                cluster.Objects.TryRemove(Resource.Jobs.PathIn("product", job.Name()), out _);
        };
        var error = await run.FailAsync(step);

        Assert.Equal((ExitCode.Failed, "Job/migrate-8-upgrade was deleted by somebody while it ran."), (error.ExitCode, error.Message));
        Assert.Equal(("aaaa", null, 0), (run.Release.Migration!.Before, run.Release.Migration.After, run.Release.Migration.Verdicts.Length));
    }

    private async Task LiveAsync()
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        await new RecordStore(connection).TryCreateAsync(Given.Good(7) with { Migration = new MigrationResult(null, "aaaa", []) }, default);
    }

    private async Task<FailureException> InterruptedAsync(string statement)
    {
        await LiveAsync();
        (sql!["cccc"], allowed) = (statement, ["cccc"]);
        var step = await StepAsync("aaaa");
        workloads.Controller = job =>
        {
            if (job.Name().EndsWith("-plan", StringComparison.Ordinal))
                RunJob(job);
            else
                run.Session.Signals.Interrupt();
        };
        return await run.FailAsync(step);
    }

    [SkippableFact]
    public async Task A_breaking_revision_that_a_person_named_is_applied_and_the_record_says_who()
    {
        (sql!["cccc"], allowed) = ("ALTER TABLE datasets DROP COLUMN name;", ["cccc"]);
        await run.RunAsync(await StepAsync("aaaa"));

        Assert.Contains(run.Release.Accepted, a => a == $"--allow-breaking cccc by {Operator.Describe()}");
        Assert.Equal((true, false), (run.Release.Migration!.Verdicts[0].IsCompatible, run.Release.Migration.Verdicts[1].IsCompatible));
        Assert.Contains(run.Log, l => l.StartsWith("W Schema: cccc is BREAKING: ALTER TABLE datasets DROP COLUMN name", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task An_empty_database_has_no_older_pods_to_break()
    {
        sql!["bbbb"] = "UPDATE datasets SET name = '';";
        await run.RunAsync(await StepAsync(null));

        Assert.Equal("cccc", run.Release.Migration!.After);
        Assert.False(run.Release.Migration.Verdicts[1].IsCompatible);
    }

    [SkippableFact]
    public async Task Revisions_whose_SQL_cannot_be_had_are_breaking_with_what_alembic_said()
    {
        sql = null;
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Contains("bbbb: its SQL cannot be read: sqlalchemy.exc.NoInspectionAvailable: no engine", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Refused, error.ExitCode);
    }
}
