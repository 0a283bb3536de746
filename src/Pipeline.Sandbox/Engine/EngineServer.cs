namespace Pipeline.Sandbox.Engine;

/// <summary>An image engine: the part of the Docker Engine API that builds, keeps, pulls and pushes images, over HTTP.</summary>
internal sealed class EngineServer : IAsyncDisposable
{
    private readonly LoopbackServer server;

    private EngineServer(LoopbackServer server) => this.server = server;

    /// <summary>As in <c>http://127.0.0.1:41235</c>.</summary>
    public string Address => server.Address;

    /// <summary>The same as <c>DOCKER_HOST</c> and the docker command write it, as in <c>tcp://127.0.0.1:41235</c>.</summary>
    public string DockerHost => $"tcp://127.0.0.1:{server.Port}";

    /// <summary>Starts an engine on a folder.</summary>
    public static async Task<EngineServer> StartAsync(EngineOptions options, CancellationToken cancellation) =>
        new(await LoopbackServer.StartAsync(options.Door, new EngineApi(options).AnswerAsync, cancellation));

    /// <inheritdoc />
    public ValueTask DisposeAsync() => server.DisposeAsync();
}
