using System.Text.Json.Nodes;
using Npgsql;
using Pipeline.Backups;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Environments;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.ObjectStore;
using Pipeline.Preflight;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Preflight;

/// <summary>Preflight and Backup against a real cluster, a real primary and a real object store.</summary>
public sealed class GuardsOnTheTestBedTests : IAsyncLifetime
{
    private static readonly bool IsThere = Environment.GetEnvironmentVariable("TESTBED") == "1";
    private readonly string name = $"guards-{Guid.NewGuid():N}"[..16];
    private readonly TemporaryFolder folder = new();
    private readonly ObjectStoreOptions storage = new() { StorageEndpoint = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") };
    private ClusterConnection cluster = null!;
    private ClusterOptions clusterOptions = new();
    private DatabaseOptions database = new();

    public async Task InitializeAsync()
    {
        folder.Write("deployment.yaml", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: team/api, envFrom: [{secretRef: {name: db-credentials}}]}]}}}}");
        folder.Write("migration-job.yaml", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: team/api}]}}}}");
        if (!IsThere)
            return;
        var options = new ClusterOptions { KubeContext = "testbed", KubeNamespace = name };
        cluster = ClusterConnection.Open(options);
        clusterOptions = options with { ClusterUid = await ClusterPin.UidAsync(cluster, default) };
        await cluster.CreateAsync(Resource.Namespaces, Named("Namespace", name), default);
        await cluster.CreateAsync(Resource.Secrets, Named("Secret", "db-credentials"), default);
        var admin = Environment.GetEnvironmentVariable("TESTBED_DATABASE_ADMIN_URL")!;
        await ExecuteAsync(admin, $"create database \"{name}\" owner dataset");
        var address = Environment.GetEnvironmentVariable("TESTBED_DATABASE_URL")!;
        address = $"{address[..address.LastIndexOf('/')]}/{name}";
        await ExecuteAsync(address, "create table alembic_version (version_num varchar(32)); insert into alembic_version values ('aaaa00000001')");
        database = new DatabaseOptions
        {
            DatabaseUrl = Secret.From(address),
            DatabaseName = name,
            DatabaseSystemIdentifier = await ExecuteAsync(admin, "select system_identifier::text from pg_control_system()"),
        };
        using var client = S3.Open(storage);
        await client.PutBucketAsync(name);
    }

    public async Task DisposeAsync()
    {
        folder.Dispose();
        if (!IsThere)
            return;
        await cluster.DeleteAsync(Resource.Namespaces, name, default);
        cluster.Dispose();
        await ExecuteAsync(Environment.GetEnvironmentVariable("TESTBED_DATABASE_ADMIN_URL")!, $"drop database \"{name}\" with (force)");
        using var client = S3.Open(storage);
        foreach (var found in (await client.ListObjectsV2Async(new() { BucketName = name })).S3Objects ?? [])
            await client.DeleteObjectAsync(name, found.Key);
        await client.DeleteBucketAsync(name);
    }

    [SkippableFact]
    public async Task Preflight_passes_and_a_backup_is_proven_once()
    {
        Skip.IfNot(IsThere, "needs the test bed: TESTBED=1");
        await using var run = await StepRun.StartAsync(clusterOptions);
        await run.RunAsync(new PreflightStep(Options()));
        Assert.True(run.Release.Preflight!.Passed);
        Assert.All(["replica", "redis", "references", "quota", "capacity", "manifests"], c => Assert.Equal(FindingState.Passed, Found(run, c).State));
        Assert.Matches("^receives from its primary, [0-9]+ bytes and [0-9.]+ s behind$", Found(run, "replica").Found);
        Assert.StartsWith("state ok, 16384 of 16384 slots, ", Found(run, "redis").Found, StringComparison.Ordinal);
        Assert.False(run.IsOpen);

        // Digests hardly compress: a dump of this size goes up in parts.
        await ExecuteAsync(database.DatabaseUrl!.Reveal(), "create table digests as select n, sha512(n::text::bytea) as digest from generate_series(1, 330000) n");
        await run.RunAsync(new BackupStep(Options().Backup));
        Assert.True(run.Release.Backup!.SizeBytes > 16 << 20);
        Assert.Equal("aaaa00000001", run.Release.Backup!.SchemaRevision);

        await run.NextAsync();
        await run.RunAsync(new BackupStep(Options().Backup));
        Assert.StartsWith("left alone   the backup", Assert.Single(run.Summary), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_user_without_rights_is_told_all_that_is_missing()
    {
        Skip.IfNot(IsThere, "needs the test bed: TESTBED=1");
        await using var run = await StepRun.StartAsync(clusterOptions with { KubeContext = "deployer" });
        var error = await run.FailAsync(new PreflightStep(Options()));

        Assert.Equal(Errors.ExitCode.Refused, error.ExitCode);
        Assert.Contains($"in '{name}' the user of 'deployer' may not get, list, create, update, patch, delete configmaps; ", error.Message, StringComparison.Ordinal);
        Assert.Equal(FindingState.NotChecked, Found(run, "references").State);
    }

    [SkippableFact]
    public async Task The_replica_is_refused()
    {
        Skip.IfNot(IsThere, "needs the test bed: TESTBED=1");
        await using var run = await StepRun.StartAsync(clusterOptions);
        var replica = Environment.GetEnvironmentVariable("TESTBED_REPLICA_URL")!;
        var options = Options();
        options = options with { LastLook = options.LastLook with { Database = database with { DatabaseUrl = Secret.From(replica), DatabaseName = replica[(replica.LastIndexOf('/') + 1)..] } } };
        var error = await run.FailAsync(new PreflightStep(options));

        Assert.Contains("is a standby. Point PIPELINE_DATABASE_URL at the primary.", error.Message, StringComparison.Ordinal);
    }

    private static Finding Found(StepRun run, string check) => run.Release.Preflight!.Findings.Single(f => f.Check == check);

    private PreflightOptions Options() => new()
    {
        Cluster = clusterOptions,
        LastLook = new LastLookOptions
        {
            Image = new ImageOptions { RegistryUrl = Environment.GetEnvironmentVariable("TESTBED_REGISTRY"), ImageContext = AppContext.BaseDirectory },
            Manifests = new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" },
            Database = database,
            Frontend = new FrontendOptions { FrontendSource = ".", FrontendBucket = name, ApiUrl = "http://127.0.0.1:1", Storage = storage },
            ReplicaUrl = Secret.From(OnReplica(name)),
        },
        RedisEndpoints = Secret.From(Environment.GetEnvironmentVariable("TESTBED_REDIS")),
        Backup = new BackupOptions { Database = database, BackupBucket = name, Storage = storage },
        Cdn = new CdnOptions { CdnDistributionId = Environment.GetEnvironmentVariable("TESTBED_DISTRIBUTION_ID"), CdnEndpoint = storage.StorageEndpoint },
    };

    private static string OnReplica(string database)
    {
        var address = Environment.GetEnvironmentVariable("TESTBED_REPLICA_URL")!;
        return $"{address[..address.LastIndexOf('/')]}/{database}";
    }

    private static JsonObject Named(string kind, string name) =>
        new() { ["apiVersion"] = "v1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };

    private static async Task<string?> ExecuteAsync(string address, string sql)
    {
        await using var source = NpgsqlDataSource.Create(DatabaseAddress.Parse(new Secret(address)));
#pragma warning disable CA2100 // The tests' own text.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync() as string;
    }
}
