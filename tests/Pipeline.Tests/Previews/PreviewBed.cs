using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Preflight;
using Pipeline.Previews;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Frontend;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Rollouts;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Previews;

/// <summary>A small product in a folder, servers on loopback that hold it, and runs that preview and release it.</summary>
internal sealed class PreviewBed : IAsyncDisposable
{
    private readonly TemporaryPostgres postgres;
    private readonly string database = $"product_{Guid.NewGuid():N}"[..20];

    private PreviewBed(TemporaryPostgres postgres) => this.postgres = postgres;

    public static readonly Resource Services = new("v1", "Service", "services");

    public LoopbackCluster Cluster { get; } = new();

    public LoopbackWorkloads Workloads { get; private set; } = null!;

    public LoopbackRegistry Registry { get; } = new();

    public LoopbackSiteStore Store { get; } = new();

    public TemporaryFolder Folder { get; } = new();

    public StepRun Run { get; private set; } = null!;

    public string Database => database;

    /// <summary>Where a plan may be kept.</summary>
    public string PlanFile => Path.Combine(Folder.Path, "plan.json");

    public static async Task<PreviewBed> StartAsync(TemporaryPostgres postgres)
    {
        var bed = new PreviewBed(postgres);
        await bed.Cluster.InitializeAsync();
        await bed.Registry.StartAsync();
        await bed.Store.StartAsync();
        bed.Workloads = new LoopbackWorkloads(bed.Cluster);
        bed.Folder.Write("api/Dockerfile", "FROM scratch");
        bed.Folder.Write("api/migrations/versions/a.py", "\"\"\"Creates datasets.\"\"\"\nrevision = \"aaaa\"\ndown_revision = None\n");
        bed.Folder.Write("web/build/index.html", "<title>one</title>");
        bed.Folder.Write("k8s/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: info, API_TOKEN: hidden-once}}");
        bed.Folder.Write("k8s/b.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {ports: [{port: 80}]}}");
        bed.Folder.Write("k8s/c.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              replicas: 2
              selector: {matchLabels: {app: api}}
              template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: team/api, envFrom: [{configMapRef: {name: settings}}]}]}}
            """);
        await bed.NewRunAsync("1.4.2");
        return bed;
    }

    public async ValueTask DisposeAsync()
    {
        await Run.DisposeAsync();
        await Cluster.DisposeAsync();
        await Registry.DisposeAsync();
        await Store.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>A run of another version.</summary>
    public async Task NewRunAsync(string version)
    {
        if (Run is not null)
            await Run.DisposeAsync();
        Run = await StepRun.StartAsync(Cluster.Options, version: version);
    }

    public PreviewStep Step(string? save = null) => new(new PreviewOptions { Image = Image, Database = Access, Manifests = Manifests, Frontend = Site }, save);

    /// <summary>The second phase of Preflight, of which nothing but the plan is looked at.</summary>
    public LastLook Look => new(LookOptions, o => [new PreviewCheck(o.Preview, o.FromPreview!)]);

    public LastLookOptions LookOptions => new() { Image = Image, Manifests = Manifests, Database = Access, Frontend = Site, FromPreview = PlanFile };

    private ImageOptions Image => new()
    {
        RegistryUrl = Registry.Authority,
        ImageRepository = "team/api",
        ImageContext = Path.Combine(Folder.Path, "api"),
        DockerEndpoint = "tcp://127.0.0.1:1",
    };

    private DatabaseOptions Access => new() { DatabaseUrl = new Secret(postgres.AddressOf(database)), DatabaseName = database, DatabaseSystemIdentifier = postgres.SystemIdentifier };

    private ManifestOptions Manifests => new() { ManifestFolder = Path.Combine(Folder.Path, "k8s"), ImageRepository = "team/api" };

    private FrontendOptions Site => Store.Options(Path.Combine(Folder.Path, "web"));

    /// <summary>What a preview shows, line by line.</summary>
    public async Task<IReadOnlyList<string>> PreviewAsync(string? save = null)
    {
        await Run.RunAsync(Step(save));
        return [.. Run.Log.Where(l => l.StartsWith("I ", StringComparison.Ordinal)).Select(l => l[2..]).SkipWhile(l => !l.Contains(" of test, ", StringComparison.Ordinal))];
    }

    /// <summary>Begins a release as PushImage leaves it.</summary>
    public Task OpenAsync() => Run.RunAsync(new StepOf("PushImage", async (context, cancellation) =>
    {
        await context.OpenReleaseAsync(cancellation);
        var inputs = await BuildInputs.ReadAsync(Image, BuildContext.Read(Image.ImageContext), await context.SourceAsync(cancellation), cancellation);
        var digest = Registry.Store("team/api", inputs.Tag, $$"""{"inputs": "{{inputs.Hash}}"}""");
        await context.Ledger.UpdateAsync(r => r with { Image = new ImageResult(inputs.Repository, r.Version, digest, inputs.Hash) }, cancellation);
    }));

    /// <summary>Releases everything but the schema, which is there.</summary>
    public async Task ReleaseAsync()
    {
        await OpenAsync();
        await Run.RunAsync(new DeployStep(Manifests, new AcceptedRisks { AcceptNoBackup = true, AcceptNoPreflight = true }));
        await Run.RunAsync(new SyncFrontendStep(Site, new CdnOptions { CdnDistributionId = "E123" }));
        await Run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        await Run.NextAsync();
    }

    /// <summary>The first release, on a database that is up to date.</summary>
    public async Task DeployAsync()
    {
        await MakeDatabaseAsync("aaaa");
        await ReleaseAsync();
    }

    public async Task MakeDatabaseAsync(string? revision)
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(database, null);
        await postgres.RunAsync(database, "create table alembic_version (version_num varchar(32) primary key)");
        if (revision is not null)
            await postgres.RunAsync(database, $"insert into alembic_version values ('{revision}')");
    }

    /// <summary>The next transaction that writes gets this number.</summary>
    public async Task<string> TransactionsAsync()
    {
        await using var connection = await postgres.OpenAsync(database);
        await using var command = connection.CreateCommand();
        command.CommandText = "select pg_snapshot_xmax(pg_current_snapshot())::text";
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
