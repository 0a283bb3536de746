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

/// <summary>A release that serves, and is deployed again with an image that was built anew.</summary>
public sealed class ServedManifestsTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackWorkloads workloads;
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    public ServedManifestsTests() => workloads = new LoopbackWorkloads(cluster);

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        folder.Write("api.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec: {replicas: 2, selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: team/api}]}}}
            """);
        run = await StepRun.StartAsync(cluster.Options);
        await RecordImageAsync("sha256:1");
        await run.RunAsync(Step);
        await run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        await run.NextAsync();
        await RecordImageAsync("sha256:2");
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_it_served_with_comes_back_when_a_later_step_fails_and_stays_its_way_back()
    {
        await run.RunAsync(Step);
        Assert.Equal(("team/api@sha256:2", "team/api@sha256:2"), (LiveImage, await KeptImageAsync()));
        await run.FailAsync(new StepOf("Verify", (_, _) => throw new FailureException("The page is broken.")));

        Assert.Equal((1, ExitCode.PutBack, ReleaseOutcome.Succeeded), (run.Release.Number, run.ExitCode, run.Release.Outcome));
        Assert.Equal(("team/api@sha256:1", "team/api@sha256:1"), (LiveImage, await KeptImageAsync()));
        Assert.Equal("sha256:1", run.Release.Image!.Digest);
    }

    [Fact]
    public async Task What_it_served_with_is_kept_until_the_new_pods_serve()
    {
        var (before, meanwhile) = (Archive, "");
        workloads.Controller = d =>
        {
            meanwhile = Archive;
            workloads.RollOut(d);
        };
        await run.RunAsync(Step);

        Assert.Equal(before, meanwhile);
        Assert.NotEqual(before, Archive);
    }

    [Fact]
    public async Task Where_its_manifests_are_lost_what_runs_is_put_back()
    {
        using (var connection = ClusterConnection.Open(cluster.Options))
            await new ManifestArchive(connection).DeleteAsync(1, default);
        await run.RunAsync(Step);
        await run.FailAsync(new StepOf("Verify", (_, _) => throw new FailureException("The page is broken.")));

        Assert.Equal((ExitCode.PutBack, "team/api@sha256:1"), (run.ExitCode, LiveImage));
        Assert.Contains(run.Log, l => l.StartsWith("W What is put back when this run fails is what runs now: The manifests of release 1 are not kept", StringComparison.Ordinal));
    }

    private DeployStep Step => new(
        new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api", RolloutTimeout = "60s" },
        new AcceptedRisks { AcceptNoBackup = true, AcceptNoPreflight = true });

    private string Archive => cluster.Objects["api/v1/namespaces/product/configmaps/pipeline-release-1-manifests-0"]["binaryData"]!.ToJsonString();

    private string? LiveImage => ImageIn(workloads.Find(Resource.Deployments, "api")!);

    private async Task<string?> KeptImageAsync()
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        return ImageIn(Assert.Single(await new ManifestArchive(connection).ReadAsync(1, default)));
    }

    private static string? ImageIn(JsonObject deployment) => PodTemplate.Containers(deployment).Single().Text("image");

    private Task RecordImageAsync(string digest) => run.RecordAsync(r => r with { Image = new ImageResult("team/api", "x", digest, "") });
}
