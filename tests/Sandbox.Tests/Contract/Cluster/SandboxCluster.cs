using Sandbox.Tests.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>The sandbox's own API server.</summary>
public sealed class SandboxCluster : ContractCluster
{
    private TestCluster? cluster;

    public override string? Missing => null;

    protected override async Task<(string Kubeconfig, string Context)> StartAsync()
    {
        cluster = await TestCluster.StartAsync();
        return (cluster.Kubeconfig, "sandbox");
    }

    protected override async Task StopAsync() => await cluster!.DisposeAsync();
}
