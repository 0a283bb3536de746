using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Preflight;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Migrations;

/// <summary>A database, a cluster whose Jobs migrate it, and an image with three revisions.</summary>
public abstract class MigrateBed(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private protected TemporaryPostgres Postgres => postgres;

    private const string History = """
        INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.
        bbbb -> cccc (head), add files
        aaaa -> bbbb, add a column
        <base> -> aaaa, create datasets
        """;

    private protected readonly LoopbackCluster cluster = new();
    private protected readonly TemporaryFolder folder = new();
    private protected readonly string database = $"product_{Guid.NewGuid():N}"[..20];
    private protected LoopbackWorkloads workloads = null!;
    private protected StepRun run = null!;

    /// <summary>What the upgrade leaves in the database, and whether it ends well.</summary>
    private protected (string? Revision, bool Succeeds) upgrade = ("cccc", true);
    private protected string printed = "Running upgrade";
    private protected string history = History;

    /// <summary>The SQL of each revision; null when alembic prints none.</summary>
    private protected Dictionary<string, string>? sql = new() { ["aaaa"] = "CREATE TABLE datasets (id int);", ["bbbb"] = "ALTER TABLE datasets ADD COLUMN owner text;", ["cccc"] = "CREATE TABLE files (id int);" };
    private protected string[] allowed = [];
    private protected FindingState lastLook = FindingState.Passed;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        workloads = new LoopbackWorkloads(cluster) { Controller = RunJob };
        folder.Write("migration-job.yaml", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {containers: [{name: migrate, image: team/api}]}}}}");
        run = await StepRun.StartAsync(cluster.Options, ask: (_, _) => Task.FromResult(Pipeline.Runs.Interruption.Undo));
        await run.RecordAsync(r => r with { Image = new ImageResult("team/api", "1.4.2", "sha256:1", "") });
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    private protected async Task GivenAsync(RevisionVerdict verdict)
    {
        using (var connection = ClusterConnection.Open(cluster.Options))
            await new RecordStore(connection).TryCreateAsync(Given.Good(7) with { Migration = new MigrationResult("cccc", "ffff", ["ffff"]) { Verdicts = [verdict] } }, default);
    }

    private protected static AcceptedRisks Accepted => new() { AcceptNoPreflight = true, AcceptNoBackup = true };

    private protected async Task<MigrateStep> StepAsync(string? revision)
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(database, revision);
        if (revision is null)
            await postgres.RunAsync(database, "create table alembic_version (version_num varchar(32) primary key)");
        return SameStep(Accepted);
    }

    private protected MigrateStep SameStep(AcceptedRisks risks) => new(
        new MigrationOptions
        {
            Database = new DatabaseOptions { DatabaseUrl = new Secret(postgres.AddressOf(database)), DatabaseName = database, DatabaseSystemIdentifier = postgres.SystemIdentifier },
            Manifests = new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" },
            AllowBreaking = allowed,
        },
        risks,
        LastLookTests.Finding(lastLook));

    private protected void RunJob(JsonObject job)
    {
        if (job.Name().EndsWith("-plan", StringComparison.Ordinal))
        {
            workloads.EndJob(job, history.TrimEnd() + "\n" + Sql(PodTemplate.Containers(job).Single()["command"]!.AsArray().Select(c => (string)c!).Last()), succeeds: true);
            return;
        }

        if (upgrade.Revision is { } revision)
            postgres.RunAsync(database, $"delete from alembic_version; insert into alembic_version values ('{revision}')").Wait();
        workloads.EndJob(job, printed + "\n", upgrade.Succeeds);
    }

    // aaaa:head
    private string Sql(string range) => sql is null
        ? "-- pipeline: sql\nBEGIN;\nTraceback (most recent call last):\n  File x\nsqlalchemy.exc.NoInspectionAvailable: no engine\n"
        : "-- pipeline: sql\n" + string.Concat(sql.SkipWhile(s => range.Contains(':', StringComparison.Ordinal) && s.Key != range.Split(':')[0]).Skip(range == "head" ? 0 : 1)
            .Select(s => $"BEGIN;\n-- Running upgrade x -> {s.Key}\n{s.Value}\nUPDATE alembic_version SET version_num='{s.Key}';\nCOMMIT;\n")) + "-- pipeline: end\n";
}
