using System.Text.Json.Nodes;
using Pipeline.Backups;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Environments;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Preflight;
using Pipeline.Rollouts;
using Pipeline.Sandbox.Cluster;
using Pipeline.Settings;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Sandbox.Tests.Cluster;

namespace Sandbox.Tests.Preflight;

/// <summary>A namespace of its own in the sandbox's cluster or in the test bed's, manifests, and Preflight's checks against both.</summary>
internal sealed class PreflightBed : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string? kubeconfig;
    private readonly string admin;

    private PreflightBed(TestCluster? sandbox)
    {
        Sandbox = sandbox;
        kubeconfig = sandbox?.Kubeconfig;
        admin = sandbox is null ? "testbed" : "sandbox";
        Connection = ClusterConnection.Open(Options(admin));
        folder.Write("Dockerfile", "FROM scratch");
        folder.Write("k8s/migration-job.yaml", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: team/api, resources: {requests: {cpu: 10m, memory: 16Mi}}}]}}}}");
        WriteDeployment();
    }

    /// <summary>The sandbox's cluster; null on the test bed.</summary>
    public TestCluster? Sandbox { get; }

    public string Space { get; } = $"preflight-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>As the administrator, in the bed's own namespace.</summary>
    public ClusterConnection Connection { get; }

    public Expectations Expected { get; set; } = new();

    /// <summary>The image that was built; null before that.</summary>
    public ImageResult? Image { get; set; }

    public string? Registry { get; set; }

    /// <param name="isReal">True for the test bed.</param>
    /// <param name="usage">What the sandbox's containers use.</param>
    public static async Task<PreflightBed> StartAsync(bool isReal = false, PodUsageSource? usage = null)
    {
        Skip.If(isReal && Environment.GetEnvironmentVariable("TESTBED") != "1", "the test bed is not switched on (TESTBED=1)");
        var bed = new PreflightBed(isReal ? null : await TestCluster.StartAsync(usage: usage));
        await bed.Connection.CreateAsync(Resource.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = bed.Space } }, default);
        return bed;
    }

    /// <summary>Writes a manifest.</summary>
    public void Write(string name, string yaml) => folder.Write($"k8s/{name}.yaml", yaml);

    /// <summary>Writes the manifest of the Deployment "api".</summary>
    /// <param name="pod">More of its pod's spec, in YAML's flow style, with a comma before it.</param>
    /// <param name="container">More of its container.</param>
    /// <param name="spec">More of its spec.</param>
    /// <param name="labels">What its selector asks for.</param>
    public void WriteDeployment(string pod = "", string container = "", string spec = "", string labels = "app: api") => Write(
        "deployment",
        $$$"""{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {selector: {matchLabels: { {{{labels}}} }}, template: {metadata: {labels: { {{{labels}}} }}, spec: {containers: [{name: api, image: team/api{{{container}}}}]{{{pod}}}}}{{{spec}}}}}""");

    /// <summary>Makes an object in the namespace.</summary>
    public async Task<JsonObject> CreateAsync(string yaml)
    {
        var manifest = YamlManifest.Parse(yaml, "test").Single();
        var resource = await new Discovery(Connection).GetAsync(manifest.Text("apiVersion")!, manifest.Kind(), default);
        return await Connection.CreateAsync(resource, manifest, default);
    }

    /// <summary>What one check of the first phase finds.</summary>
    public async Task<Finding> LookAsync(string check, string? user = null) => (await FindingsAsync(o => PreflightChecks.Of(o).Where(c => c.Name == check), user)).Single();

    /// <summary>What one check of the second phase finds.</summary>
    public async Task<Finding> LastLookAsync(string check) => (await FindingsAsync(o => PreflightChecks.Last(o.LastLook).Where(c => c.Name == check), null)).Single();

    public async Task<IReadOnlyList<Finding>> FindingsAsync(Func<PreflightOptions, IEnumerable<IPreflightCheck>> checks, string? user)
    {
        var options = Options(user ?? admin) with { ClusterUid = await ClusterPin.UidAsync(Connection, default) };
        await using var run = await StepRun.StartAsync(options);
        if (Image is { } image)
            await run.RecordAsync(r => r with { Image = image });
        await Record.ExceptionAsync(() => run.RunAsync(new PreflightStep(PreflightOptions(options), o => [.. checks(o)])));
        return run.Release.Preflight is { } result ? result.Findings : throw new InvalidOperationException(string.Join('\n', run.Release.Steps.Select(s => s.Error)));
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DeleteAsync(Resource.Namespaces, Space, default);
        Connection.Dispose();
        if (Sandbox is not null)
            await Sandbox.DisposeAsync();
        folder.Dispose();
    }

    private ClusterOptions Options(string user) => new() { KubeConfig = kubeconfig, KubeContext = user, KubeNamespace = Space };

    private PreflightOptions PreflightOptions(ClusterOptions cluster)
    {
        var database = new DatabaseOptions { DatabaseUrl = new Secret("postgresql://user:word@127.0.0.1:1/product"), DatabaseName = "product", DatabaseSystemIdentifier = "1" };
        return new PreflightOptions
        {
            Cluster = cluster,
            LastLook = new LastLookOptions
            {
                Image = new ImageOptions { RegistryUrl = Registry ?? "registry.example.com", ImageRepository = "team/api", ImageContext = folder.Path },
                Manifests = new ManifestOptions { ManifestFolder = Path.Combine(folder.Path, "k8s"), ImageRepository = "team/api" },
                Database = database,
                Frontend = new FrontendOptions { FrontendSource = folder.Path, FrontendBucket = "site", ApiUrl = "https://api.example.com", Storage = new() },
            },
            Backup = new BackupOptions { Database = database, BackupBucket = "backups", Storage = new() },
            Cdn = new CdnOptions { CdnDistributionId = "E123" },
            Expected = Expected,
        };
    }
}
