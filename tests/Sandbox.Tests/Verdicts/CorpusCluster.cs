using Microsoft.Extensions.Time.Testing;
using Sandbox.Tests.Cluster;

namespace Sandbox.Tests.Verdicts;

/// <summary>The API server that tells the corpus, a namespace for each situation, and the clock that it shares with whoever watches.</summary>
public sealed class CorpusCluster : IAsyncLifetime
{
    // The server's certificate is of this day.
    internal FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    internal TestCluster Cluster { get; private set; } = null!;

    /// <inheritdoc />
    public async Task InitializeAsync() => Cluster = await TestCluster.StartAsync(Time);

    /// <inheritdoc />
    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
