using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Incidents;
using Pipeline.Tests.Verification;

namespace Pipeline.Tests.Migrations;

public sealed class RollbackSchemaTests(TemporaryPostgres postgres) : RollbackSchemaBed(postgres)
{
    [SkippableFact]
    public async Task Over_a_compatible_range_the_schema_stays()
    {
        await GivenAsync(Compatible);
        await run.RunAsync(Rollback());

        Assert.Equal(["apply Deployment/api"], Changes);
        Assert.Contains("left alone   the schema stays at revision bbbb, with which the pods of release 1 can live", run.Summary);
        Assert.Equal(("bbbb", "bbbb"), (run.Release.Migration!.Before, run.Release.Migration.After));
    }

    [SkippableFact]
    public async Task Without_the_databases_address_the_record_decides()
    {
        await GivenAsync(Compatible);
        await run.RunAsync(Rollback(address: false));

        Assert.Equal(["apply Deployment/api"], Changes);
        Assert.Null(run.Release.Migration);
    }

    [SkippableFact]
    public async Task Over_a_breaking_range_it_is_refused_with_the_choices()
    {
        await GivenAsync(Breaking);
        var error = await run.FailAsync(Rollback());

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("The database is at revision bbbb, and release 1 (1.1.0), which ran on revision aaaa, cannot be expected to live with it: bbbb: ALTER TABLE datasets DROP COLUMN name", error.Message, StringComparison.Ordinal);
        Assert.Contains("./build.sh Rollback --rollback-schema; or restore the backup 'test/2.dump' in 'backups' with pg_restore", error.Message, StringComparison.Ordinal);
        Assert.Matches("what was written in the .* since is lost", error.Message);
        Assert.Empty(Changes);
        Assert.Equal(2, await LatestAsync());
    }

    [SkippableFact]
    public async Task Asked_for_over_a_compatible_range_the_pods_go_first_and_nobody_is_without_an_answer()
    {
        await GivenAsync(Compatible);
        await run.RunAsync(Rollback(schema: true));

        Assert.Equal(["create Job/migrate-3-way-back", "apply Deployment/api", "create Job/migrate-3-downgrade"], Changes);
        var container = PodTemplate.Containers(workloads.Find(Resource.Jobs, "migrate-3-downgrade")!).Single();
        Assert.Equal(("team/api@sha256:2", """["alembic","downgrade","aaaa"]"""), (container.Text("image"), container["command"]!.ToJsonString()));
        Assert.Equal("-c jit=off -c statement_timeout=120000", container.Items("env").Single().Text("value"));
        Assert.Equal(("bbbb", "aaaa", null), (run.Release.Migration!.Before, run.Release.Migration.After, run.Release.Migration.Outage));
        Assert.Contains("changed      the schema: back from bbbb to aaaa, with the image of release 2", run.Summary);
        Assert.Contains(run.Release.Accepted, a => a.StartsWith("--rollback-schema by ", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Asked_for_over_a_breaking_range_no_pod_runs_meanwhile()
    {
        await GivenAsync(Breaking);
        await run.RunAsync(Rollback(schema: true));

        Assert.Equal(["create Job/migrate-3-way-back", "put Deployment/api", "create Job/migrate-3-downgrade", "apply Deployment/api", "put Deployment/api"], Changes);
        Assert.Contains(run.Log, l => l.StartsWith("W OUTAGE from ", StringComparison.Ordinal));
        Assert.NotNull(run.Release.Migration!.Outage!.To);
        Assert.Equal("aaaa", run.Release.Migration.After);
        Assert.Equal(2, workloads.Find(Resource.Deployments, "api").Number("spec", "replicas"));
        Assert.Contains(run.Release.Accepted, a => a.StartsWith("--rollback-schema with an outage by ", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task After_an_outage_an_autoscaler_finds_the_number_of_pods_that_it_had_chosen()
    {
        await GivenAsync(Breaking, Scaler);
        workloads.Find(Resource.Deployments, "api")!["spec"]!["replicas"] = 5;
        await run.RunAsync(Rollback(schema: true));

        var api = workloads.Find(Resource.Deployments, "api");
        Assert.Equal(5, api.Number("spec", "replicas"));
        Assert.Null(api.At("metadata", "annotations").Text("pipeline/replicas-before-outage"));
    }

    [SkippableFact]
    public async Task A_downgrade_that_does_nothing_is_refused_before_anything_changes()
    {
        sql = "";
        await GivenAsync(Breaking);
        var error = await run.FailAsync(Rollback(schema: true));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("The downgrade from revision bbbb to aaaa does nothing for bbbb: only alembic_version would move", error.Message, StringComparison.Ordinal);
        Assert.Equal(["create Job/migrate-3-way-back"], Changes);
    }

    [SkippableFact]
    public async Task The_support_hears_that_what_is_refused_changed_nothing_and_not_that_it_began()
    {
        await using var hook = new LoopbackHook();
        await hook.StartAsync();
        run.Options = o => o with { NoticeWebhook = new Secret($"http://{hook.Authority}/") };
        sql = "";
        await GivenAsync(Breaking);
        await run.FailAsync(Rollback(schema: true));
        await run.NextAsync();

        Assert.Contains("rollback 3 to release 1 (1.1.0) was refused or failed at once: nothing was changed.", Assert.Single(hook.Texts), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_downgrade_that_raises_is_refused_before_anything_changes()
    {
        sql = "raise";
        await GivenAsync(Breaking);
        var error = await run.FailAsync(Rollback(schema: true));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains("so it may not be reversible: NotImplementedError: no way back", error.Message, StringComparison.Ordinal);
        Assert.Equal(["create Job/migrate-3-way-back"], Changes);
    }

    [SkippableFact]
    public async Task A_downgrade_that_fails_says_where_schema_and_pods_stand_and_the_next_run_goes_on()
    {
        downgrade = ("bbbb", false);
        await GivenAsync(Breaking);
        var error = await run.FailAsync(Rollback(schema: true));

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.StartsWith("THE SCHEMA IS NOT BACK: it stands at revision bbbb, not at aaaa; no pod runs, and nobody gets an answer. ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run ./build.sh Rollback --rollback-schema again once the cause is gone: it goes on from revision bbbb.", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, workloads.Find(Resource.Deployments, "api").Number("spec", "replicas"));
        await run.NextAsync();
        downgrade = ("aaaa", true);
        await run.RunAsync(Rollback(schema: true));

        Assert.Equal("aaaa", run.Release.Migration!.After);
        Assert.Equal(2, workloads.Find(Resource.Deployments, "api").Number("spec", "replicas"));
    }

    [SkippableFact]
    public async Task A_schema_that_is_back_already_is_said_to_be()
    {
        await GivenAsync(Breaking, revision: "aaaa");
        await run.RunAsync(Rollback(schema: true));

        Assert.Equal(["apply Deployment/api"], Changes);
        Assert.Contains("left alone   the schema is at revision aaaa as it was then", run.Summary);
        Assert.Contains(run.Log, l => l == "W The database is at revision \"aaaa\", the record says \"bbbb\"; the database counts");
    }

    [SkippableFact]
    public async Task A_database_that_takes_the_login_and_answers_nothing_holds_no_pod_up()
    {
        await GivenAsync(Compatible);
        await postgres.RunAsync(database, "alter table alembic_version rename to hidden; create view alembic_version as select version_num from hidden, pg_terminate_backend(pg_backend_pid())");
        site.Answers["/health"] = _ => (200, LoopbackSite.Health("1.1.0", "bbbb"));
        await run.RunAsync(Rollback());

        Assert.Equal(["apply Deployment/api"], Changes);
        Assert.Contains(run.Log, l => l.StartsWith("W The database was not asked where the schema stands; the record says \"bbbb\"", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_database_that_goes_away_while_its_schema_goes_down_is_no_ordinary_failure()
    {
        await GivenAsync(Breaking);
        downgrade = ("aaaa'; alter table alembic_version rename to hidden; create view alembic_version as select version_num from hidden, pg_terminate_backend(pg_backend_pid()); select '", true);
        var error = await run.FailAsync(Rollback(schema: true));

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.StartsWith("Nobody knows whether the schema is back: the downgrade's Job ended well, and The database '", error.Message, StringComparison.Ordinal);
        await run.NextAsync();
        Assert.Equal(ReleaseOutcome.NotPutBack, await OutcomeAsync());
    }

    [SkippableFact]
    public async Task A_connection_that_idles_through_the_downgrade_is_not_needed_afterwards()
    {
        await GivenAsync(Breaking);
        downgrade = ("aaaa'; select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pipeline' and datname = current_database() and '' = '", true);
        await run.RunAsync(Rollback(schema: true));

        Assert.Equal("aaaa", run.Release.Migration!.After);
    }

    [SkippableFact]
    public async Task A_database_that_is_another_one_ends_it()
    {
        await GivenAsync(Compatible);
        var error = await run.FailAsync(Rollback(schema: true, identifier: "1"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains("the profile pins 1", error.Message, StringComparison.Ordinal);
        Assert.Empty(Changes);
    }
}
