using Pipeline.Sandbox.Nodes;
using Pipeline.Sandbox.Registry;
using Sandbox.Tests.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>The sandbox's API server with controllers and a node, whose registry has one image.</summary>
public sealed class SandboxWithNodes : ContractCluster
{
    /// <summary>The reference application; there is no other image.</summary>
    public const string Api = "registry/api:1";

    private readonly TestFolder folder = new();
    private TestCluster? cluster;
    private ClusterRuntime? runtime;

    public override string? Missing => null;

    protected override async Task<(string Kubeconfig, string Context)> StartAsync()
    {
        cluster = await TestCluster.StartAsync();
        runtime = await ClusterRuntime.StartAsync(
            new ClusterRuntimeOptions
            {
                Store = cluster.Store,
                Writer = cluster.Writer,
                Folder = folder.Path,
                PullImage = (reference, _) => reference == Api ? Task.FromResult(Image()) : throw new ImagePullException($"manifest for {reference} not found"),
            },
            default);
        return (cluster.Kubeconfig, "sandbox");
    }

    protected override async Task StopAsync()
    {
        await runtime!.DisposeAsync();
        await cluster!.DisposeAsync();
        folder.Dispose();
    }

    private static ContainerImage Image() => new(
        $"sha256:{new string('a', 64)}", ["python3", "-m", "app"], new Dictionary<string, string>(),
        new Dictionary<string, ReadOnlyMemory<byte>> { ["srv/app/main.py"] = "app"u8.ToArray() });
}
