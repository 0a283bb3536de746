using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Migrations;

/// <summary>A rollback while Jobs are still at work on the schema, or after one that left no pod running.</summary>
public sealed class MovingSchemaTests(TemporaryPostgres postgres) : RollbackSchemaBed(postgres)
{
    [SkippableFact]
    public async Task A_migration_that_is_at_work_must_end_first()
    {
        await GivenAsync(Breaking);
        PutJob("migrate-2-upgrade", 2);
        var error = await run.FailAsync(Rollback(schema: true));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("Job/migrate-2-upgrade is still at work on the schema: it takes it to bbbb", error.Message, StringComparison.Ordinal);
        Assert.Empty(Changes);
    }

    [SkippableFact]
    public async Task A_breaking_migration_that_is_at_work_holds_the_pods_up_and_the_way_to_end_it_is_named()
    {
        await GivenAsync(Breaking, revision: "aaaa");
        PutJob("migrate-2-upgrade", 2);
        var error = await run.FailAsync(Rollback());

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("Job/migrate-2-upgrade is still at work on the schema: it takes it to bbbb, and release 1 (1.1.0), which ran on revision aaaa, cannot be expected to live with that: bbbb: ALTER TABLE", error.Message, StringComparison.Ordinal);
        Assert.Contains("./build.sh Rollback --take-over --reason TEXT", error.Message, StringComparison.Ordinal);
        Assert.Empty(Changes);
        Assert.Equal(2, await LatestAsync());
    }

    [SkippableFact]
    public async Task A_compatible_migration_that_is_at_work_and_a_job_that_only_reads_hold_no_pod_up()
    {
        await GivenAsync(Compatible, revision: "aaaa");
        PutJob("migrate-2-upgrade", 2);
        PutJob("migrate-1-plan", 1);
        await run.RunAsync(Rollback());

        Assert.Equal(["apply Deployment/api"], Changes);
        Assert.Contains("left alone   Job/migrate-2-upgrade, which is still at work: it takes the schema to bbbb, with which the pods of release 1 can live", run.Summary);
        Assert.Null(run.Release.Migration);
    }

    [SkippableFact]
    public async Task An_outage_that_was_not_shown_does_not_happen()
    {
        await GivenAsync(Breaking, revision: "aaaa");
        asked = asked with
        {
            Confirm = _ =>
            {
                postgres.RunAsync(database, "update alembic_version set version_num = 'bbbb'").Wait();
                return true;
            },
        };
        var error = await run.FailAsync(Rollback(schema: true));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("The schema moved before this run had the deploy lock. What was shown: the schema is at revision aaaa as it was then. What it would be now: WITH AN OUTAGE: no pod runs", error.Message, StringComparison.Ordinal);
        Assert.Empty(Changes);
    }

    [SkippableFact]
    public async Task What_is_refused_after_a_migration_was_ended_has_changed_something()
    {
        await GivenAsync(Breaking, revision: "aaaa");
        PutJob("migrate-9", 9);
        asked = asked with
        {
            TakeOver = true,
            Reason = "it hangs",
            Confirm = _ =>
            {
                postgres.RunAsync(database, "update alembic_version set version_num = 'bbbb'").Wait();
                return true;
            },
        };
        var error = await run.FailAsync(Rollback());

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.StartsWith("The rollback to release 1 is not complete: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was changed", error.Message, StringComparison.Ordinal);
        Assert.Null(workloads.Find(Resource.Jobs, "migrate-9"));
    }

    [SkippableFact]
    public async Task An_outage_that_was_cut_off_goes_on_once_its_downgrade_has_ended()
    {
        await GivenAsync(Breaking);
        await CutOffAsync();
        var since = run.Release.Migration!.Outage!.From;
        await run.NextAsync();
        workloads.Controller = Control;
        var working = run.RunAsync(Rollback(schema: true));
        while (!working.IsCompleted && !run.Log.Any(l => l.StartsWith("W Job/migrate-3-downgrade of an earlier run of this rollback still takes the schema back", StringComparison.Ordinal)))
            await Task.Delay(20);
        Control(workloads.Find(Resource.Jobs, "migrate-3-downgrade")!);
        await working;

        Assert.Equal(2, workloads.Find(Resource.Deployments, "api").Number("spec", "replicas"));
        Assert.DoesNotContain("create Job/migrate-4-downgrade", Changes);
        Assert.Equal(("aaaa", since), (run.Release.Migration!.After, run.Release.Migration.Outage!.From));
        Assert.NotNull(run.Release.Migration.Outage.To);
    }

    [SkippableFact]
    public async Task While_an_outage_is_open_a_refusal_does_not_say_that_nothing_was_changed()
    {
        await GivenAsync(Breaking);
        await CutOffAsync();
        Assert.Contains(await run.Session.CloseAsync(ExitCode.Cancelled), l => l.StartsWith("  NO POD RUNS since ", StringComparison.Ordinal));
        await run.NextAsync();
        workloads.EndJob(workloads.Find(Resource.Jobs, "migrate-3-downgrade")!, "", succeeds: false);
        var error = await run.FailAsync(Rollback());

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Contains(" No pod runs since ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was changed", error.Message, StringComparison.Ordinal);
    }

    private async Task CutOffAsync()
    {
        workloads.Controller = item =>
        {
            if (item.Name().EndsWith("-downgrade", StringComparison.Ordinal))
                run.Session.Signals.Receive();
            else
                Control(item);
        };
        Assert.Equal(ExitCode.Cancelled, (await run.FailAsync(Rollback(schema: true))).ExitCode);
        Assert.Equal(0, workloads.Find(Resource.Deployments, "api").Number("spec", "replicas"));
    }

    private void PutJob(string name, int release) =>
        workloads.Put(Resource.Jobs, LoopbackWorkloads.Yaml($$"""{metadata: {name: {{name}}, labels: {pipeline/migration: '{{release}}'} } }"""));
}
