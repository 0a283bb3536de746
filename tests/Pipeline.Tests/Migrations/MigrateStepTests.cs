using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Preflight;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Migrations;

public sealed class MigrateStepTests(TemporaryPostgres postgres) : MigrateBed(postgres)
{
    [SkippableFact]
    public async Task The_schema_is_brought_to_the_images_head_shown_first_and_recorded()
    {
        await run.RunAsync(await StepAsync("aaaa"));

        Assert.Equal(["create Job/migrate-1-plan", "create Job/migrate-1-upgrade"], workloads.Changes);
        Assert.Equal("""["alembic","upgrade","cccc"]""", PodTemplate.Containers(workloads.Find(Resource.Jobs, "migrate-1-upgrade")!).Single()["command"]!.ToJsonString());
        Assert.Equal(("aaaa", "cccc", "bbbb cccc"), (run.Release.Migration!.Before, run.Release.Migration.After, string.Join(' ', run.Release.Migration.Applied)));
        Assert.Equal("changed      the schema: from aaaa to cccc", Assert.Single(run.Summary));
        var log = run.Log.Where(l => l.StartsWith("I Schema", StringComparison.Ordinal) || l.StartsWith("I alembic", StringComparison.Ordinal));
        Assert.Equal(
            ["I Schema: current \"aaaa\", target \"cccc\"", "I Schema: to apply \"bbbb\", \"add a column\"", "I Schema: to apply \"cccc\", \"add files\"", "I Schema: bbbb is compatible", "I Schema: cccc is compatible", "I alembic: Running upgrade"], log);
        Assert.Equal(["bbbb: compatible", "cccc: compatible"], run.Release.Migration.Verdicts.Select(v => $"{v}"));
    }

    [SkippableFact]
    public async Task A_database_without_a_schema_gets_all_of_it()
    {
        await run.RunAsync(await StepAsync(null));

        Assert.Null(run.Release.Migration!.Before);
        Assert.Equal(["aaaa", "bbbb", "cccc"], run.Release.Migration.Applied.AsEnumerable());
    }

    [SkippableFact]
    public async Task A_schema_at_the_head_is_only_looked_at()
    {
        await run.RunAsync(await StepAsync("cccc"));

        Assert.Equal(["create Job/migrate-1-plan"], workloads.Changes);
        Assert.Equal("left alone   the schema: already at revision cccc", Assert.Single(run.Summary));
        Assert.Empty(run.Release.Migration!.Applied);
    }

    [SkippableFact]
    public async Task A_second_run_starts_no_job()
    {
        await run.RunAsync(await StepAsync("aaaa"));
        await run.NextAsync();
        workloads.Changes.Clear();
        await run.RunAsync(SameStep(Accepted));

        Assert.Empty(workloads.Changes);
        Assert.Equal("left alone   the schema: already at revision cccc", Assert.Single(run.Summary));
        Assert.Equal("aaaa", run.Release.Migration!.Before);
    }

    [SkippableFact]
    public async Task A_run_that_is_cut_off_while_its_job_migrates_does_not_forget_where_the_schema_was()
    {
        var step = await StepAsync("aaaa");
        workloads.Controller = job =>
        {
            if (job.Name().EndsWith("-plan", StringComparison.Ordinal))
                RunJob(job);
            else
                run.Session.Signals.Receive();
        };
        await run.FailAsync(step);
        await run.NextAsync();
        // Its Job went on, and was done before anybody looked again.
        await Postgres.RunAsync(database, "delete from alembic_version; insert into alembic_version values ('cccc')");
        workloads.Controller = RunJob;
        await run.RunAsync(SameStep(Accepted));

        Assert.Equal(("aaaa", "cccc", "bbbb cccc"), (run.Release.Migration!.Before, run.Release.Migration.After, string.Join(' ', run.Release.Migration.Applied)));
    }

    [SkippableTheory]
    [InlineData("bbbb", 0)]
    [InlineData("ffff", ExitCode.Refused)]
    public async Task A_schema_that_moved_since_an_earlier_run_is_seen_and_brought_up_or_refused(string moved, int code)
    {
        await run.RunAsync(await StepAsync("aaaa"));
        await run.NextAsync();
        await Postgres.RunAsync(database, $"delete from alembic_version; insert into alembic_version values ('{moved}')");
        if (code != 0)
        {
            Assert.Equal(code, (await run.FailAsync(SameStep(Accepted))).ExitCode);
            return;
        }

        await run.RunAsync(SameStep(Accepted));
        Assert.Equal(("aaaa", "cccc"), (run.Release.Migration!.Before, run.Release.Migration.After));
    }

    [SkippableFact]
    public async Task Without_a_preflight_and_a_proven_backup_nothing_is_migrated()
    {
        await StepAsync("aaaa");
        var error = await run.FailAsync(SameStep(new AcceptedRisks { AcceptNoBackup = true }));
        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("Release 1 (1.4.2) has no preflight, so nothing may change. Leave Preflight in the plan, or accept the risk with --accept-no-preflight.", error.Message);

        await run.NextAsync();
        error = await run.FailAsync(SameStep(new AcceptedRisks { AcceptNoPreflight = true }));
        Assert.Equal("Release 1 (1.4.2) has no proven backup, so nothing may change. Leave Backup in the plan, or accept the risk with --accept-no-backup.", error.Message);
        Assert.Empty(workloads.Changes);
    }

    [SkippableFact]
    public async Task A_release_without_an_image_is_refused()
    {
        await run.RecordAsync(r => r with { Image = null });
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("Release 1 has no image at the registry, and the migration runs in it. Run ./build.sh PushImage first.", error.Message);
    }

    [SkippableFact]
    public async Task A_migration_of_another_release_that_is_at_work_must_end_first()
    {
        workloads.Put(Resource.Jobs, LoopbackWorkloads.Yaml("{metadata: {name: migrate-6-upgrade, labels: {pipeline/migration: '6'}}}"));
        var error = await run.FailAsync(await StepAsync("cccc"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("Job/migrate-6-upgrade of another release is still at work on the schema. Wait for its end ('kubectl -n product logs -f job/migrate-6-upgrade')", error.Message, StringComparison.Ordinal);
        Assert.Empty(workloads.Changes);
    }

    [SkippableFact]
    public async Task Several_heads_are_refused_before_anything_runs()
    {
        history = "aaaa -> cccc (head), one\naaaa -> bbbb (head), two\n<base> -> aaaa (branchpoint), first\n";
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal(["create Job/migrate-1-plan"], workloads.Changes);
    }

    [SkippableFact]
    public async Task An_image_whose_migrations_cannot_be_read_shows_what_alembic_said()
    {
        history = "KeyError: 'zzzz'\n";
        var step = await StepAsync("aaaa");
        workloads.Controller = j => workloads.EndJob(j, history, succeeds: false);
        var error = await run.FailAsync(step);

        Assert.Equal(
            "The image's migrations cannot be read with 'alembic history'. Pod/migrate-1-plan-pod on node worker-1, container 'migrate': Error, exit code 1.\n    log  KeyError: 'zzzz'", error.Message, ignoreLineEndingDifferences: true);
    }

    [SkippableFact]
    public async Task A_migration_that_fails_whole_leaves_the_schema()
    {
        upgrade = (null, false);
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Equal("'alembic upgrade cccc' failed: Pod/migrate-1-upgrade-pod on node worker-1, container 'migrate': Error, exit code 1. Its output is above. The pods were not touched. The schema is as it was, at revision aaaa.\n    log  Running upgrade", error.Message, ignoreLineEndingDifferences: true);
        Assert.Equal(("aaaa", null), (run.Release.Migration!.Before, run.Release.Migration.After));
    }

    [SkippableFact]
    public async Task What_a_migration_prints_is_shown_without_passwords()
    {
        (upgrade, printed) = ((null, false), "connecting with password=s3cr3t");
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Contains("I alembic: connecting with password=***", run.Log);
        Assert.EndsWith("    log  connecting with password=***", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_migration_that_fails_half_way_says_where_the_schema_stands()
    {
        upgrade = ("bbbb", false);
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Contains("The schema went from revision aaaa to bbbb and stays there; run Migrate again once the cause is gone.", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_job_that_migrated_another_database_is_found_out()
    {
        upgrade = (null, true);
        var error = await run.FailAsync(await StepAsync("aaaa"));

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Equal($"The migration ended well, but the database '{database}' is at revision aaaa instead of cccc. Does the secret in the Job's template lead to the same database as PIPELINE_DATABASE_URL?", error.Message);
    }

    [SkippableFact]
    public async Task A_last_look_that_fails_keeps_the_schema_as_it_is()
    {
        lastLook = FindingState.Failed;
        await StepAsync("aaaa");
        await run.RecordAsync(r => r with { Preflight = new PreflightResult([]) });
        var error = await run.FailAsync(SameStep(new AcceptedRisks { AcceptNoBackup = true }));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Empty(workloads.Changes);
    }
}
