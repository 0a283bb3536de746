using Pipeline.Databases;
using Pipeline.Images;
using Pipeline.Runs;
using Pipeline.Settings;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Runs;
using Pipeline.Tests.Verification;
using Pipeline.Verification;

namespace Pipeline.Tests.Leases;

/// <summary>Who no longer holds the deploy lock sends nothing, to whatever server.</summary>
public sealed class RequestGateTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackRegistry registry = new();
    private readonly LoopbackEngine engine = new();
    private readonly LoopbackSite site = new();
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        await registry.StartAsync();
        await engine.StartAsync();
        await site.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await site.DisposeAsync();
        await engine.DisposeAsync();
        await registry.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Registry_engine_database_and_public_addresses_are_asked_nothing()
    {
        await ShutAsync(c => RegistryAsync(c));
        await ShutAsync(async c =>
        {
            using var docker = DockerEngine.Open(Image, c.Gate);
            await docker.PingAsync(default);
        });
        await ShutAsync(c => Database.OpenAsync(new DatabaseOptions { DatabaseUrl = new Secret("postgresql://a:b@127.0.0.1:9/c"), DatabaseName = "c", DatabaseSystemIdentifier = "1" }, c, default));
        await ShutAsync(async c => await new VerifyStep(new VerificationOptions { ApiUrl = site.Address, SiteUrl = site.Address, VerifyTimeout = "1s" }).RunAsync(c, default));

        Assert.Empty(registry.Requests);
        Assert.Empty(engine.Requests);
        Assert.Empty(site.Requests);
    }

    private ImageOptions Image => new() { ImageContext = folder.Path, RegistryUrl = registry.Authority, DockerEndpoint = $"tcp://{engine.Authority}" };

    private async Task RegistryAsync(StepContext context)
    {
        using var client = await RegistryClient.OpenAsync(Image, context, default);
        await client.PingAsync(default);
    }

    private async Task ShutAsync(Func<StepContext, Task> ask)
    {
        await run.NextAsync();
        var error = await run.FailAsync(new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            c.Gate.Shut();
            await ask(c);
        }));
        Assert.Equal("Stopped: this run has let go of the deploy lock and sends nothing more.", error.Message);
    }
}
