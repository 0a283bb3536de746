using Pipeline.Frontend;
using Pipeline.Sandbox.Faults;
using Sandbox.Tests.ObjectStore;
using CdnOptions = Pipeline.Frontend.CdnOptions;

namespace Sandbox.Tests.Cdn;

/// <summary>The pipeline's own client, which takes its credentials from the environment.</summary>
[Collection(nameof(EnvironmentCredentials))]
public sealed class PipelineClientTests : IAsyncLifetime
{
    private CdnBed bed = null!;

    private CdnOptions Options => new() { CdnDistributionId = CdnBed.DistributionId, CdnEndpoint = bed.Server.ApiAddress };

    public async Task InitializeAsync() => bed = await CdnBed.StartAsync();

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Fact]
    public async Task A_release_is_forgotten_by_the_edge_after_it_was_throttled()
    {
        await bed.PutAsync("index.html", "old");
        await bed.GetAsync("/");
        await bed.PutAsync("index.html", "new");
        bed.Faults.On(Fault.Parse("invalidation-throttled:1"));
        using var cdn = new CdnInvalidation(Options, TimeProvider.System);

        var done = await cdn.AwaitAsync(await cdn.StartAsync("release 1", ["index.html"], CancellationToken.None), CancellationToken.None);

        Assert.True(done.Completed);
        Assert.Equal(("Miss", "new"), await bed.GetAsync("/"));
    }

    [Fact]
    public async Task The_distribution_is_found() => Assert.Equal($"distribution {CdnBed.DistributionId}, Deployed", await CdnInvalidation.PingAsync(Options, CancellationToken.None));
}
