using Pipeline.Sandbox.Cdn.Api;
using Pipeline.Sandbox.Cdn.Edge;

namespace Pipeline.Sandbox.Cdn;

/// <summary>A CDN: CloudFront's API, and one edge that serves a bucket through a cache.</summary>
internal sealed class CdnServer : IAsyncDisposable
{
    private readonly LoopbackServer api;
    private readonly LoopbackServer edge;

    private CdnServer(LoopbackServer api, LoopbackServer edge) => (this.api, this.edge) = (api, edge);

    /// <summary>Where the API listens.</summary>
    public string ApiAddress => api.Address;

    /// <summary>The API's port.</summary>
    public int ApiPort => api.Port;

    /// <summary>Where the site is.</summary>
    public string EdgeAddress => edge.Address;

    /// <summary>The edge's port.</summary>
    public int EdgePort => edge.Port;

    /// <summary>Starts both.</summary>
    public static async Task<CdnServer> StartAsync(CdnOptions options, CancellationToken cancellation)
    {
        var cache = new EdgeCache(Path.Combine(options.Folder, "cache"), options.Time);
        var invalidations = new Invalidations(options, cache);
        var edge = await LoopbackServer.StartAsync(options.EdgeDoor, new EdgeHandler(options, cache, invalidations).HandleAsync, cancellation);
        try
        {
            var distribution = new DistributionDocument(options, new Uri(edge.Address).Authority, options.Time.GetUtcNow());
            var api = await LoopbackServer.StartAsync(options.ApiDoor, new CdnApi(options, distribution, invalidations).HandleAsync, cancellation);
            return new CdnServer(api, edge);
        }
        catch
        {
            await edge.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        await edge.DisposeAsync();
    }
}
