using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Database;
using Pipeline.Sandbox.Engine;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Redis;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Hosting;

/// <summary>The servers of a sandbox, as one.</summary>
internal sealed class SandboxServer : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> started = new();
    private readonly string folder;

    private SandboxServer(SandboxOptions options)
    {
        folder = options.Folder;
        Life = new SandboxLife(options.Time, options.Idle);
    }

    /// <summary>When it ends.</summary>
    public SandboxLife Life { get; }

    /// <summary>Which faults are on.</summary>
    public FaultSwitch Faults { get; } = new();

    /// <summary>Where its servers are.</summary>
    public SandboxEndpoint Endpoint { get; private set; } = null!;

    /// <summary>Starts the servers, with whatever an earlier run left in the folder, and writes where they are.</summary>
    public static async Task<SandboxServer> StartAsync(SandboxOptions options, CancellationToken cancellation)
    {
        var sandbox = new SandboxServer(options);
        try
        {
            await sandbox.StartServersAsync(options, cancellation);
            sandbox.Endpoint.Write(options.Folder);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        while (started.TryPop(out var server))
            await server.DisposeAsync();
        Life.Dispose();
        // Last: whoever waits for its end may use the folder from here on.
        SandboxEndpoint.Delete(folder);
    }

    private async Task StartServersAsync(SandboxOptions options, CancellationToken cancellation)
    {
        var ports = new RememberedPorts(Path.Combine(options.Folder, "ports.json"));
        var registry = Started(await RegistryServer.StartAsync(new RegistryOptions(Path.Combine(options.Folder, "registry"), Faults, options.Time) { Port = ports.Of("registry") }, cancellation));
        var engine = Started(await EngineServer.StartAsync(new EngineOptions(Path.Combine(options.Folder, "engine"), Faults, options.Time) { Port = ports.Of("engine"), Registry = registry.Host }, cancellation));
        var kubeconfig = await StartClusterAsync(options, ports.Of("cluster"), cancellation);
        Started(RedisStub.Start(ports.Of("redis")));
        var database = await PostgresServer.StartAsync(Path.Combine(options.Folder, "postgres"), ports.Of("database"), cancellation);
        var parameters = new Dictionary<string, string> { ["EnvironmentName"] = "sandbox", ["KubeConfig"] = kubeconfig, ["KubeContext"] = "sandbox", ["RegistryUrl"] = registry.Host, ["DockerEndpoint"] = engine.DockerHost };
        if (database is not null)
        {
            Started(database);
            parameters["DatabaseUrl"] = database.Address;
            parameters["DatabaseName"] = PostgresServer.DatabaseName;
            parameters["DatabaseSystemIdentifier"] = database.SystemIdentifier;
        }

        var control = Started(await new ControlServer(Faults, Life).StartAsync(ports.Of("control"), cancellation));
        Endpoint = new SandboxEndpoint(SandboxEndpoint.OwnVersion, Environment.ProcessId, control.Address, parameters);
    }

    private async Task<string> StartClusterAsync(SandboxOptions options, int port, CancellationToken cancellation)
    {
        var store = new ClusterStore(Path.Combine(options.Folder, "cluster", "objects"));
        var cluster = Started(await ClusterServer.StartAsync(new ClusterServerOptions
        {
            Store = store,
            Writer = new ObjectWriter(store, options.Time),
            Folder = Path.Combine(options.Folder, "cluster"),
            Time = options.Time,
            Faults = Faults,
            Port = port,
        }, cancellation));
        var file = Path.Combine(options.Folder, "kubeconfig");
        await File.WriteAllTextAsync(file, cluster.Kubeconfig(), cancellation);
        return file;
    }

    private T Started<T>(T server)
        where T : IAsyncDisposable
    {
        started.Push(server);
        return server;
    }
}
