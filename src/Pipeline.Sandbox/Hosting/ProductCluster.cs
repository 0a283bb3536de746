using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Nodes;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Hosting;

/// <summary>The cluster with a node, the product's namespace in it, and the API's public address in front of it.</summary>
internal sealed class ProductCluster : IAsyncDisposable
{
    private const string Space = "dataset-management";
    private const string Service = "dataset-management-api";
    private const string Secret = "db-credentials";
    private const string Context = "sandbox";
    // Two, so that one can be lost.
    private static readonly NodeOptions[] Nodes = [new() { Name = "node-1", Cpu = "8", Memory = "32Gi" }, new() { Name = "node-2", Cpu = "8", Memory = "32Gi" }];
    private readonly Stack<IAsyncDisposable> started = new();
    private readonly string kubeconfig;
    private readonly ObjectWriter writer;

    private ProductCluster(string folder, FaultSwitch faults, TimeProvider time)
    {
        kubeconfig = Path.Combine(folder, "kubeconfig");
        Store = new ClusterStore(Path.Combine(folder, "cluster", "objects"));
        writer = new ObjectWriter(Store, time, faults);
    }

    /// <summary>Its objects.</summary>
    public ClusterStore Store { get; }

    /// <summary>The API's address; it answers 503 while no pod is ready.</summary>
    public string Api { get; private set; } = "";

    /// <summary>The build's parameters that lead here.</summary>
    public IReadOnlyDictionary<string, string> Parameters => new Dictionary<string, string>
    {
        ["KubeConfig"] = kubeconfig,
        ["KubeContext"] = Context,
        ["KubeNamespace"] = Space,
        ["ClusterUid"] = Store.Find(ResourceKind.Namespaces, null, "kube-system")!.Content.Text("metadata", "uid")!,
        ["ApiUrl"] = Api,
    };

    /// <summary>Starts all of it.</summary>
    /// <param name="options">Where it keeps its state.</param>
    /// <param name="doors">Where it listens.</param>
    /// <param name="faults">What goes wrong on purpose.</param>
    /// <param name="images">Where nodes pull from.</param>
    /// <param name="database">The database's address, as pods read it; null where there is none.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<ProductCluster> StartAsync(
        SandboxOptions options, Doors doors, FaultSwitch faults, ImageReader images, string? database, CancellationToken cancellation)
    {
        var cluster = new ProductCluster(options.Folder, faults, options.Time);
        try
        {
            await cluster.StartPartsAsync(options, doors, faults, images, database, cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends when it is disposed of; with an error when a part of it broke.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        while (started.TryPop(out var part))
            await part.DisposeAsync();
    }

    private async Task StartPartsAsync(SandboxOptions options, Doors doors, FaultSwitch faults, ImageReader images, string? database, CancellationToken cancellation)
    {
        var folder = Path.Combine(options.Folder, "cluster");
        FirstObjects.Make(Store, writer);
        MakeNamespace(database ?? "none");
        var runtime = Started(await ClusterRuntime.StartAsync(
            new ClusterRuntimeOptions { Store = Store, Writer = writer, Folder = folder, PullImage = images.ReadAsync, Time = options.Time, Faults = faults, Nodes = Nodes }, cancellation));
        Completion = runtime.Completion;
        var server = Started(await ClusterServer.StartAsync(
            new ClusterServerOptions
            {
                Store = Store,
                Writer = writer,
                Folder = folder,
                Time = options.Time,
                Faults = faults,
                Door = doors.Of("cluster"),
                Logs = (pod, request, stop) => runtime.Logs.ReadAsync(pod.Content, request.Container, LinesOf(request), stop),
                Usage = pod => Usage(runtime, pod),
            },
            cancellation));
        Api = Started(await ServiceProxy.StartAsync(Store, Space, Service, "http", doors.Near("api"), cancellation)).Address;
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig(Space), cancellation);
    }

    private void MakeNamespace(string database)
    {
        if (Store.Find(ResourceKind.Namespaces, null, Space) is null)
            writer.Create(ResourceKind.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = Space } });
        var data = new JsonObject { ["url"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(database)) };
        // The database's port may have been taken by another program since the last start.
        if (writer.Update(ResourceKind.Secrets, Space, Secret, content => content["data"] = data.DeepClone()) is null)
            writer.Create(ResourceKind.Secrets, Space, new JsonObject { ["metadata"] = new JsonObject { ["name"] = Secret, ["namespace"] = Space }, ["data"] = data });
    }

    private static PodLogOptions LinesOf(LogRequest request) => new()
    {
        Tail = request.TailLines,
        Previous = request.Previous,
        Follow = request.Follow,
        Since = request.Since,
        Timestamps = request.Timestamps,
    };

    private static List<ContainerUsage>? Usage(ClusterRuntime runtime, StoredObject pod) =>
        runtime.UsageOf(pod.Namespace!, pod.Name) is { } used ? [.. used.Select(u => new ContainerUsage(u.Key, u.Value.Nanocores, u.Value.Bytes))] : null;

    private T Started<T>(T part)
        where T : IAsyncDisposable
    {
        started.Push(part);
        return part;
    }
}
