namespace Pipeline.Sandbox.Registry;

/// <summary>An image registry: the OCI distribution API over HTTP, with files on disk.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private readonly LoopbackServer server;

    private RegistryServer(LoopbackServer server, ImageReader images)
    {
        this.server = server;
        Images = images;
    }

    /// <summary>As in <c>http://127.0.0.1:41235</c>.</summary>
    public string Address => server.Address;

    /// <summary>What stands in front of an image's name, as in <c>127.0.0.1:41235</c>.</summary>
    public string Host => $"127.0.0.1:{server.Port}";

    /// <summary>Reads images for whoever runs them.</summary>
    public ImageReader Images { get; }

    /// <summary>Starts a registry on a folder.</summary>
    public static async Task<RegistryServer> StartAsync(RegistryOptions options, CancellationToken cancellation)
    {
        var blobs = new BlobStore(options.Folder);
        var manifests = new ManifestStore(blobs);
        var server = await LoopbackServer.StartAsync(options.Door, new RegistryApi(options, blobs, manifests).AnswerAsync, cancellation);
        return new RegistryServer(server, new ImageReader(blobs, manifests, new RegistryFaults(options.Faults, options.Time)));
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => server.DisposeAsync();
}
