using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Environments;

public sealed class ClusterPinTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();

    public Task InitializeAsync() => cluster.InitializeAsync();

    public Task DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task Another_cluster_is_refused_before_anything_else_is_asked()
    {
        await using var run = await StepRun.StartAsync(cluster.Options with { ClusterUid = "99999999-0000-0000-0000-000000000000" });
        var error = await run.FailAsync(StepOf.Opening);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal(
            $"The context 'loopback' leads to another cluster: its identity is {LoopbackCluster.Uid}, the profile pins 99999999-0000-0000-0000-000000000000. Nothing was changed. Check KubeContext, or, if the cluster was rebuilt, set ClusterUid.",
            error.Message);
        Assert.Equal(["GET api/v1/namespaces/kube-system"], cluster.Requests);
    }

    [Fact]
    public async Task It_is_proven_once_a_run()
    {
        await using var run = await StepRun.StartAsync(cluster.Options);
        await run.RunAsync(new StatusStep());
        await run.RunAsync(new HistoryStep());

        Assert.Single(cluster.Requests, r => r.EndsWith("kube-system", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_to_look_it_is_a_warning()
    {
        cluster.Forbidden.Add("api/v1/namespaces/kube-system");
        await using var run = await StepRun.StartAsync(cluster.Options);
        await run.RunAsync(new HistoryStep());

        Assert.Contains("W The cluster's identity was not checked: '\"loopback\"' may not read the namespace kube-system (k8s/setup/cluster-identity.yaml gives that right)", run.Log);
    }
}
