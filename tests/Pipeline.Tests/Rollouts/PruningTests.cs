using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Rollouts;

public sealed class PruningTests : IAsyncLifetime
{
    private static readonly Resource Services = new("v1", "Service", "services");
    private static readonly Resource Claims = new("v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    private static readonly Resource CronJobs = new("batch/v1", "CronJob", "cronjobs");
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackWorkloads workloads;
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    public PruningTests() => workloads = new LoopbackWorkloads(cluster);

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        folder.Write("api.yaml", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {replicas: 1, template: {spec: {containers: [{name: api, image: team/api}]}}}}");
        folder.Write("nightly.yaml", "{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {schedule: '0 3 * * *'}}");
        folder.Write("data.yaml", "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}}");
        folder.Write("tls.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: tls}, stringData: {key: hidden}}");
        await ReleaseAsync("1.4.2");
        foreach (var file in (string[])["nightly.yaml", "data.yaml", "tls.yaml"])
            File.Delete(Path.Combine(folder.Path, file));
        workloads.Changes.Clear();
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_no_manifest_has_any_more_is_removed_once_the_pods_serve()
    {
        await ReleaseAsync("1.5.0");

        Assert.Equal(["apply Deployment/api", "delete CronJob/nightly"], Changes);
        Assert.Equal("changed      the cluster: 1 of 1 objects, 1 removed, pods run team/api@sha256:1.5.0", Assert.Single(run.Summary));
        Assert.Contains("I CronJob/nightly: removed, no manifest has it any more", run.Log);
    }

    [Fact]
    public async Task What_no_manifest_has_any_more_is_looked_for_while_the_pods_start()
    {
        JsonObject? starting = null;
        workloads.Controller = deployment => starting = deployment;
        cluster.Before = http =>
        {
            if (starting is { } deployment && http.Request.Path.Value!.EndsWith("/cronjobs", StringComparison.Ordinal))
                workloads.RollOut(deployment);
            return Task.FromResult(false);
        };
        await ReleaseAsync("1.5.0");

        Assert.Null(workloads.Find(CronJobs, "nightly"));
    }

    [Fact]
    public async Task Data_and_secrets_are_never_removed()
    {
        await ReleaseAsync("1.5.0");

        Assert.NotNull(workloads.Find(Claims, "data"));
        Assert.NotNull(workloads.Find(Resource.Secrets, "tls"));
        Assert.Null(workloads.Find(Claims, "data").Text("metadata", "labels", ManifestSet.AppliedLabel));
    }

    [Theory]
    [InlineData("{metadata: {name: foreign, labels: {pipeline/applied: other}}}")]
    [InlineData("{metadata: {name: foreign}}")]
    [InlineData("{metadata: {name: foreign, labels: {pipeline/applied: test}, ownerReferences: [{kind: Operator, name: x}]}}")]
    public async Task What_another_environment_a_person_or_a_controller_made_is_not_removed(string foreign)
    {
        workloads.Put(CronJobs, LoopbackWorkloads.Yaml(foreign));
        await ReleaseAsync("1.5.0");

        Assert.NotNull(workloads.Find(CronJobs, "foreign"));
        Assert.Null(workloads.Find(CronJobs, "nightly"));
    }

    [Fact]
    public async Task A_release_that_only_removes_something_is_a_change()
    {
        await run.NextAsync();
        await run.RunAsync(Step);

        Assert.Equal(["delete CronJob/nightly"], Changes);
        Assert.Equal("changed      the cluster: 0 of 1 objects, 1 removed, pods run team/api@sha256:1.4.2", Assert.Single(run.Summary));
    }

    [Fact]
    public async Task A_failed_release_has_removed_nothing()
    {
        workloads.Controller = d =>
        {
            if (ImageOf(d) == "team/api@sha256:1.4.2")
                workloads.RollOut(d);
            else
                Crash(d);
        };
        await StartAsync("1.5.0");
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.NotNull(workloads.Find(CronJobs, "nightly"));
    }

    [Fact]
    public async Task What_was_removed_comes_back_when_a_later_step_fails()
    {
        await StartAsync("1.5.0");
        await run.RunAsync(Step);
        Assert.Null(workloads.Find(CronJobs, "nightly"));
        var error = await run.FailAsync(new StepOf(_ => throw new FailureException("no")));

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.NotNull(workloads.Find(CronJobs, "nightly"));
    }

    [Fact]
    public async Task Going_back_brings_it_back_and_removes_what_came_later()
    {
        folder.Write("new.yaml", "{apiVersion: v1, kind: Service, metadata: {name: new}}");
        await ReleaseAsync("1.5.0");
        var connection = ClusterConnection.Open(cluster.Options);
        var first = (await new RecordStore(connection).ReadAsync(default)).Find(1)!;
        await run.RunAsync(new StepOf(async context =>
        {
            var restore = new RolloutRestore(connection, context, TimeSpan.FromMinutes(1));
            var manifests = await restore.ReadAsync(first, default);
            Assert.False(await restore.IsAtAsync(first, manifests, default));
            await restore.ToAsync(first, default);
            Assert.True(await restore.IsAtAsync(first, manifests, default));
        }));
        connection.Dispose();

        Assert.NotNull(workloads.Find(CronJobs, "nightly"));
        Assert.Null(workloads.Find(Services, "new"));
    }

    private DeployStep Step => new(
        new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api", RolloutTimeout = "60s" },
        new AcceptedRisks { AcceptNoBackup = true, AcceptNoPreflight = true });

    private List<string> Changes => [.. workloads.Changes.Where(c => !c.Contains("pipeline-release", StringComparison.Ordinal))];

    private void Crash(JsonObject deployment)
    {
        var revision = $"{deployment.Number("metadata", "generation")}";
        workloads.PutReplicaSet(deployment, revision);
        workloads.PutPod(deployment, revision, 0, LoopbackWorkloads.Yaml("{containerStatuses: [{name: api, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]}"));
        workloads.PutStatus(deployment, revision, LoopbackWorkloads.Yaml($"{{observedGeneration: {revision}, replicas: 2, updatedReplicas: 1, availableReplicas: 1}}"));
    }

    private static string? ImageOf(JsonObject deployment) => PodTemplate.Containers(deployment).Single().Text("image");

    private async Task StartAsync(string version)
    {
        if (run is not null)
            await run.DisposeAsync();
        run = await StepRun.StartAsync(cluster.Options, version: version);
        await run.RecordAsync(r => r with { Image = new ImageResult("team/api", version, $"sha256:{version}", "") });
    }

    private async Task ReleaseAsync(string version)
    {
        await StartAsync(version);
        await run.RunAsync(Step);
        await run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
    }
}
