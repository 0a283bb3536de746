namespace Sandbox.Tests.Contract.Cluster;

/// <summary>The real API server of the test bed.</summary>
public sealed class TestbedCluster : ContractCluster
{
    public override string? Missing =>
        Environment.GetEnvironmentVariable("TESTBED") == "1" ? null : "the test bed is not switched on (TESTBED=1)";

    protected override Task<(string Kubeconfig, string Context)> StartAsync() =>
        Task.FromResult((Environment.GetEnvironmentVariable("KUBECONFIG") ?? "", "testbed"));
}
