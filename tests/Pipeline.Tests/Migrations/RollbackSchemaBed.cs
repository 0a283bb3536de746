using System.Text.Json.Nodes;
using Pipeline.Backups;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Rollbacks;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Rollouts;
using Pipeline.Tests.Verification;

namespace Pipeline.Tests.Migrations;

/// <summary>Release 1 ran on revision aaaa; release 2, which is live, brought bbbb.</summary>
public abstract class RollbackSchemaBed(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private protected readonly TemporaryPostgres postgres = postgres;
    private protected static readonly RevisionVerdict Compatible = new("bbbb", ["aaaa"], null, 1);
    private protected static readonly RevisionVerdict Breaking = new("bbbb", ["aaaa"], "ALTER TABLE datasets DROP COLUMN name: older pods may use what it changes", 1);
    private protected readonly LoopbackCluster cluster = new();
    private protected readonly LoopbackSite site = new();
    private protected readonly TemporaryFolder folder = new();
    private protected readonly string database = $"product_{Guid.NewGuid():N}"[..20];
    private protected LoopbackWorkloads workloads = null!;
    private protected StepRun run = null!;

    private protected RollbackOptions asked = new();
    private protected string sql = "ALTER TABLE datasets DROP COLUMN owner;";
    private protected (string Revision, bool Succeeds) downgrade = ("aaaa", true);
    private protected string manifest = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, labels: {pipeline/applied: test}}, spec: {replicas: 2, selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: 'team/api@sha256:2'}]}}}}";

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        await site.InitializeAsync();
        workloads = new LoopbackWorkloads(cluster) { Controller = Control };
        folder.Write("migration-job.yaml", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {containers: [{name: migrate, image: team/api, env: [{name: PGOPTIONS, value: '-c jit=off'}]}]}}}}");
        run = await StepRun.StartAsync(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        await site.DisposeAsync();
        folder.Dispose();
    }

    private protected const string Scaler = "{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: api}, spec: {scaleTargetRef: {kind: Deployment, name: api}}}";

    private protected IEnumerable<string> Changes => workloads.Changes.Where(c => !c.Contains("ConfigMap/", StringComparison.Ordinal) && !c.StartsWith("delete", StringComparison.Ordinal) && !c.Contains("Autoscaler", StringComparison.Ordinal));

    private protected async Task GivenAsync(RevisionVerdict verdict, string? scaler = null, string revision = "bbbb")
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(database, revision);
        site.Answers["/health"] = _ => (200, LoopbackSite.Health("1.1.0", postgres.RevisionIn(database)));
        workloads.Put(Resource.Deployments, LoopbackWorkloads.Yaml(manifest));
        using var connection = ClusterConnection.Open(cluster.Options);
        var (store, archive) = (new RecordStore(connection), new ManifestArchive(connection));
        await store.TryCreateAsync(Given.Good(1) with { Image = Image(1), Migration = new MigrationResult(null, "aaaa", ["aaaa"]) }, default);
        await store.TryCreateAsync(Given.Good(2) with
        {
            Image = Image(2),
            Backup = new BackupResult("backups", "test/2.dump", 1, "", database, "aaaa", Given.Moment),
            Migration = new MigrationResult("aaaa", "bbbb", ["bbbb"]) { Verdicts = [verdict] },
        }, default);
        manifest = manifest.Replace("sha256:2", "sha256:1", StringComparison.Ordinal);
        await archive.WriteAsync(1, [LoopbackWorkloads.Yaml(manifest), .. scaler is null ? (JsonObject[])[] : [LoopbackWorkloads.Yaml(scaler)]], default);
        workloads.Changes.Clear();
    }

    private protected async Task<int> LatestAsync()
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        return (await new RecordStore(connection).ReadAsync(default)).Latest!.Number;
    }

    private protected async Task<ReleaseOutcome> OutcomeAsync()
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        return (await new RecordStore(connection).ReadAsync(default)).Latest!.Outcome;
    }

    private protected RollbackStep Rollback(bool schema = false, bool address = true, string? identifier = null) => new(
        asked,
        new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" },
        new() { FrontendSource = folder.Path, FrontendBucket = "site", ApiUrl = site.Address, Storage = new() },
        new() { CdnDistributionId = "E123" },
        new() { ApiUrl = site.Address, SiteUrl = site.Address },
        new SchemaReturnOptions
        {
            Database = new DatabaseOptions { DatabaseUrl = address ? new Secret(postgres.AddressOf(database)) : null, DatabaseName = database, DatabaseSystemIdentifier = identifier ?? postgres.SystemIdentifier },
            RollbackSchema = schema,
            RollbackSchemaTimeout = "2m",
        });

    private protected static ImageResult Image(int number) => new("team/api", $"1.{number}.0", $"sha256:{number}", "");

    private protected void Control(JsonObject item)
    {
        if (item.Kind() == Resource.Deployments.Kind)
            workloads.RollOut(item);
        else if (item.Name().EndsWith("-way-back", StringComparison.Ordinal))
            workloads.EndJob(item, Printed(), succeeds: true);
        else
        {
            postgres.RunAsync(database, $"update alembic_version set version_num = '{downgrade.Revision}'").Wait();
            workloads.EndJob(item, "Running downgrade\n", downgrade.Succeeds);
        }
    }

    private protected string Printed() => sql == "raise"
        ? "-- pipeline: sql\nBEGIN;\nTraceback (most recent call last):\nNotImplementedError: no way back\n"
        : $"-- pipeline: sql\nBEGIN;\n-- Running downgrade bbbb -> aaaa\n{sql}\nUPDATE alembic_version SET version_num='aaaa' WHERE alembic_version.version_num = 'bbbb';\nCOMMIT;\n-- pipeline: end\n";
}
