using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Leases;

/// <summary>Tests of the deploy lock, on a cluster in this process and under a clock of their own.</summary>
public abstract class LeaseTests : IAsyncLifetime
{
    private protected LoopbackCluster Cluster { get; } = new();

    private protected FakeTimeProvider Time { get; } = new(Given.Moment);

    private protected ClusterConnection Connection { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Cluster.InitializeAsync();
        Connection = ClusterConnection.Open(Cluster.Options, Time);
    }

    public async Task DisposeAsync()
    {
        Connection.Dispose();
        await Cluster.DisposeAsync();
    }
}
