using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Preflight;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Migrations;

public sealed class MigrateStepTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private const string History = """
        INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.
        bbbb -> cccc (head), add files
        aaaa -> bbbb, add a column
        <base> -> aaaa, create datasets
        """;

    private readonly LoopbackCluster cluster = new();
    private readonly TemporaryFolder folder = new();
    private readonly string database = $"product_{Guid.NewGuid():N}"[..20];
    private LoopbackWorkloads workloads = null!;
    private StepRun run = null!;

    /// <summary>What the upgrade leaves in the database, and whether it ends well.</summary>
    private (string? Revision, bool Succeeds) upgrade = ("cccc", true);
    private string history = History;
    private FindingState lastLook = FindingState.Passed;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        workloads = new LoopbackWorkloads(cluster) { Controller = RunJob };
        folder.Write("migration-job.yaml", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {containers: [{name: migrate, image: team/api}]}}}}");
        run = await StepRun.StartAsync(cluster.Options);
        await run.RecordAsync(r => r with { Image = new ImageResult("team/api", "1.4.2", "sha256:1", "") });
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

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
            ["I Schema: current \"aaaa\", target \"cccc\"", "I Schema: to apply \"bbbb\", \"add a column\"", "I Schema: to apply \"cccc\", \"add files\"", "I alembic: Running upgrade"], log);
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
    public async Task A_database_ahead_of_the_image_is_refused()
    {
        var error = await run.FailAsync(await StepAsync("ffff"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal($"The database '{database}' is at revision ffff, which the image does not carry: it is ahead of this code. Release from a branch that has this revision. Nothing was changed.", error.Message);
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
        workloads.Controller = j => EndJob(j, history, succeeds: false);
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
        Assert.Null(run.Release.Migration);
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

    private static AcceptedRisks Accepted => new() { AcceptNoPreflight = true, AcceptNoBackup = true };

    private async Task<MigrateStep> StepAsync(string? revision)
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(database, revision);
        if (revision is null)
            await postgres.RunAsync(database, "create table alembic_version (version_num varchar(32) primary key)");
        return SameStep(Accepted);
    }

    private MigrateStep SameStep(AcceptedRisks risks) => new(
        new MigrationOptions
        {
            Database = new DatabaseOptions { DatabaseUrl = new Secret(postgres.AddressOf(database)), DatabaseName = database, DatabaseSystemIdentifier = postgres.SystemIdentifier },
            Manifests = new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" },
        },
        risks,
        LastLookTests.Finding(lastLook));

    private void RunJob(JsonObject job)
    {
        if (job.Name().EndsWith("-plan", StringComparison.Ordinal))
        {
            EndJob(job, history, succeeds: true);
            return;
        }

        if (upgrade.Revision is { } revision)
            postgres.RunAsync(database, $"delete from alembic_version; insert into alembic_version values ('{revision}')").Wait();
        EndJob(job, "Running upgrade\n", upgrade.Succeeds);
    }

    private void EndJob(JsonObject job, string log, bool succeeds)
    {
        var (code, phase) = succeeds ? (0, "Succeeded") : (1, "Failed");
        workloads.Logs[$"{job.Name()}-pod/migrate"] = log;
        workloads.Put(Resource.Pods, LoopbackWorkloads.Yaml($$"""
            metadata: {name: {{job.Name()}}-pod, labels: {job-name: {{job.Name()}} }, ownerReferences: [{uid: {{job.Text("metadata", "uid")}} }] }
            spec: {nodeName: worker-1}
            status: {phase: {{phase}}, containerStatuses: [{name: migrate, state: {terminated: {reason: Error, exitCode: {{code}} } } }] }
            """));
        var copy = (JsonObject)job.DeepClone();
        copy["status"] = LoopbackWorkloads.Yaml($"conditions: [{{type: {(succeeds ? "Complete" : "Failed")}, status: 'True'}}]");
        workloads.Put(Resource.Jobs, copy);
    }
}
