using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Rollouts;

/// <summary>A product of three objects, a cluster whose controllers a test plays, and a run.</summary>
public abstract class DeployBed : IAsyncLifetime
{
    private protected readonly LoopbackCluster cluster = new();
    private protected readonly LoopbackWorkloads workloads;
    private protected readonly TemporaryFolder folder = new();
    private protected StepRun run = null!;

    protected DeployBed() => workloads = new LoopbackWorkloads(cluster);

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        folder.Write("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: info}}");
        folder.Write("b.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {ports: [{port: 80}]}}");
        folder.Write("c.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              replicas: 2
              selector: {matchLabels: {app: api}}
              template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: team/api, envFrom: [{configMapRef: {name: settings}}]}]}}
            """);
        await StartAsync("1.4.2", "sha256:1");
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    private protected static AcceptedRisks Accepted => new() { AcceptNoBackup = true, AcceptNoPreflight = true };

    private protected ManifestOptions Options => new() { ManifestFolder = folder.Path, ImageRepository = "team/api", RolloutTimeout = "60s" };

    private protected DeployStep Step => new(Options, Accepted);

    private protected List<string> Applied => [.. workloads.Changes.Where(c => !c.Contains("pipeline-release", StringComparison.Ordinal))];

    private protected string? ImageOf(string deployment) => PodTemplate.Containers(workloads.Find(Resource.Deployments, deployment)!).Single().Text("image");

    private protected string? ConfigOf(string deployment) =>
        PodTemplate.ConfigMapReferences(workloads.Find(Resource.Deployments, deployment)!).Select(r => (string?)r.Owner[r.Field]).Single();

    private protected void Crash(JsonObject deployment)
    {
        var revision = $"{deployment.Number("metadata", "generation")}";
        workloads.PutReplicaSet(deployment, revision);
        workloads.PutPod(deployment, revision, 0, LoopbackWorkloads.Yaml("""
            containerStatuses: [{name: api, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]
            """));
        workloads.PutStatus(deployment, revision, LoopbackWorkloads.Yaml($"{{observedGeneration: {revision}, replicas: 3, updatedReplicas: 1, availableReplicas: 2}}"));
    }

    private protected async Task StartAsync(string version, string digest)
    {
        if (run is not null)
            await run.DisposeAsync();
        run = await StepRun.StartAsync(cluster.Options, version: version);
        await RecordImageAsync(digest);
    }

    private protected Task RecordImageAsync(string digest) => run.RecordAsync(r => r with { Image = new ImageResult("team/api", "x", digest, "") });

    private protected async Task SucceedAsync()
    {
        await run.RunAsync(Step);
        await run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        workloads.Changes.Clear();
    }
}
