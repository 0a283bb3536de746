using Pipeline.Sandbox.Database;
using Pipeline.Sandbox.Engine;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Journal;
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
        Log = new SandboxLog(options.Folder, options.Time);
    }

    /// <summary>What it did and what broke in it.</summary>
    public SandboxLog Log { get; }

    /// <summary>When it ends.</summary>
    public SandboxLife Life { get; }

    /// <summary>Which faults are on.</summary>
    public FaultSwitch Faults { get; } = new();

    /// <summary>What its servers are asked.</summary>
    public RequestJournal Journal { get; } = new();

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
        Log.Dispose();
        // Last: whoever waits for its end may use the folder from here on.
        SandboxEndpoint.Delete(folder);
    }

    private async Task StartServersAsync(SandboxOptions options, CancellationToken cancellation)
    {
        var ports = new RememberedPorts(Path.Combine(options.Folder, "ports.json"));
        var network = new NetworkCut(Faults, options.Time);
        var doors = new Doors(ports, Life, Log, network, Journal);
        // It takes longest: the others start meanwhile.
        var starting = PostgresServer.StartAsync(Path.Combine(options.Folder, "postgres"), () => ports.Of("database"), cancellation);
        var (registry, engine, storage) = await StartStoresAsync(options, doors, starting, cancellation);
        var database = await starting;
        var cluster = Started(await ProductCluster.StartAsync(options, doors, Faults, registry.Images, database?.Address, cancellation));
        _ = EndWithAsync(cluster.Completion);
        Started(new NetworkCutWatch(cluster.Store, network));
        if (database is not null)
            Started(new DatabaseFault(database, Faults, options.Time, Log));
        var control = Started(await new ControlServer(Faults, Journal, Life).StartAsync(doors.Near("control"), cancellation));
        Endpoint = new SandboxEndpoint(SandboxEndpoint.OwnVersion, Environment.ProcessId, control.Address)
        {
            Parameters = new Dictionary<string, string>(
            [
                .. SandboxProfile.Common, .. cluster.Parameters, .. storage.Parameters, .. SandboxProfile.Of(database),
                new("RegistryUrl", registry.Host), new("DockerEndpoint", engine.DockerHost),
            ]),
            Variables = storage.Variables,
        };
    }

    private async Task<(RegistryServer Registry, EngineServer Engine, Storage Storage)> StartStoresAsync(
        SandboxOptions options, Doors doors, Task<PostgresServer?> starting, CancellationToken cancellation)
    {
        try
        {
            var registry = Started(await RegistryServer.StartAsync(
                new RegistryOptions(Path.Combine(options.Folder, "registry"), Faults, options.Time) { Door = doors.Of("registry") }, cancellation));
            var engine = Started(await EngineServer.StartAsync(
                new EngineOptions(Path.Combine(options.Folder, "engine"), Faults, options.Time) { Door = doors.Local("engine"), Registry = registry.Host }, cancellation));
            Started(RedisStub.Start(doors.Near("redis").Port));
            return (registry, engine, Started(await Storage.StartAsync(options.Folder, doors, Faults, options.Time, cancellation)));
        }
        finally
        {
            if (await starting is { } database)
                Started(database);
        }
    }

    // A cluster that stands still would be blamed on the pipeline.
    private async Task EndWithAsync(Task cluster)
    {
        await cluster.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cluster.Exception is not { } error)
            return;
        Log.Write("cluster", error);
        Life.End();
    }

    private T Started<T>(T server)
        where T : IAsyncDisposable
    {
        started.Push(server);
        return server;
    }
}
