using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Cluster;

/// <summary>A connection to a cluster on loopback, a clock that stands still, and a folder for kubeconfigs.</summary>
public abstract class ConnectionBed : IAsyncLifetime
{
    private protected readonly LoopbackCluster cluster = new();
    private protected readonly TemporaryFolder folder = new();
    private protected readonly FakeTimeProvider time = new();
    private protected ClusterConnection connection = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options, time);
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        folder.Dispose();
        await cluster.DisposeAsync();
    }
}
