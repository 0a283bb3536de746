using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Rollouts;
using Pipeline.Sandbox.Cluster;
using Sandbox.Tests.Nodes;
using Serilog.Core;

namespace Sandbox.Tests.Verdicts;

/// <summary>The whole way on the sandbox's cluster: its controllers and nodes tell through its API server, and the watch decides.</summary>
[Collection(nameof(Alone))]
public sealed class SandboxVerdictTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-");
    private NodeBed bed = null!;
    private ClusterServer server = null!;
    private ClusterConnection connection = null!;

    public async Task InitializeAsync()
    {
        bed = await NodeBed.StartAsync();
        server = await ClusterServer.StartAsync(new ClusterServerOptions { Store = bed.Store, Writer = bed.Writer, Folder = folder.FullName }, default);
        var kubeconfig = Path.Combine(folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig(NodeBed.Space));
        connection = ClusterConnection.Open(new ClusterOptions { KubeConfig = kubeconfig, KubeContext = "sandbox", KubeNamespace = NodeBed.Space });
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await server.DisposeAsync();
        await bed.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_rollout_that_serves_is_done()
    {
        bed.CreateApi(2, "registry/api:1");

        Assert.Equal("1", await FinishAsync());
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_a_verdict_within_moments()
    {
        var started = TimeProvider.System.GetTimestamp();
        bed.CreateApi(2, "registry/api:404");

        var error = await Assert.ThrowsAsync<FailureException>(FinishAsync);

        Assert.Matches(@"Deployment/api failed after \d s: Pod/api-\S+ on node \S+, container 'api': (ErrImagePull|ImagePullBackOff) \(.*registry/api:404", error.Message);
        Assert.EndsWith($"  hint  {VerdictRules.ImageNotFound.Hint}", error.Message, StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 10);
    }

    private async Task<string?> FinishAsync() => await new RolloutWatch(connection, Logger.None, TimeProvider.System)
        .FinishAsync((await connection.FindAsync(Resource.Deployments, "api", default))!, PodBaseline.Empty, TimeSpan.FromSeconds(60), default);
}
