using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Containers;
using Pipeline.Sandbox.Controllers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Everything that makes the cluster's objects come true: controllers, scheduler and nodes.</summary>
internal sealed class ClusterRuntime : IAsyncDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly ClusterRuntimeOptions options;
    private readonly List<NodeAgent> agents = [];
    private readonly List<IDisposable> parts = [];

    private ClusterRuntime(ClusterRuntimeOptions options)
    {
        this.options = options;
        Logs = new PodLogs(Path.Combine(options.Folder, "logs"), options.Time);
    }

    /// <summary>The logs of all containers.</summary>
    public PodLogs Logs { get; }

    /// <summary>Ends when it is disposed of; with an error when a part of it broke.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Starts all; what an earlier run left goes on from where it stood.</summary>
    public static Task<ClusterRuntime> StartAsync(ClusterRuntimeOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var runtime = new ClusterRuntime(options);
        runtime.Start();
        return Task.FromResult(runtime);
    }

    /// <summary>What the containers of a pod use; null when it runs nowhere.</summary>
    public IReadOnlyDictionary<string, ProgramUsage>? UsageOf(string space, string pod) =>
        options.Store.Find(ResourceKind.Pods, space, pod) is { } found ? agents.Select(a => a.UsageOf(found.Uid())).FirstOrDefault(u => u is not null) : null;

    /// <summary>Ends all at once: to the containers it is a loss of power.</summary>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await Completion.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        foreach (var part in parts)
            part.Dispose();
        over.Dispose();
    }

    private void Start()
    {
        var (store, writer, time) = (options.Store, options.Writer, options.Time);
        var faults = new PodFaults(options.Faults, time);
        var addresses = new PodAddresses(store.List(ResourceKind.Pods).Items.Select(p => p.Content.Text("status", "podIP")).OfType<string>());
        var prober = new Prober(time);
        parts.Add(prober);
        NodeObject.Forget(writer, store, options.Nodes);
        foreach (var node in options.Nodes)
        {
            NodeObject.Register(writer, store, node);
            var images = new NodeImages(options.PullImage);
            parts.Add(images);
            agents.Add(new NodeAgent(
                new NodeParts(node.Name, store, writer, time, faults, images, Logs, addresses, prober, new EventRecorder(writer, "kubelet", node.Name)), node));
        }

        Controller[] controllers =
        [
            new DeploymentController(store, writer, time), new ReplicaSetController(store, writer, time), new JobController(store, writer, time),
            new EndpointsController(store, writer, time), new GarbageCollector(store, writer, time), new NamespaceController(store, writer, time),
            new EventExpiry(store, writer, time), new Scheduler(store, writer, time, faults),
        ];
        Completion = Task.WhenAll([
            .. controllers.Select(c => Task.Run(() => TogetherAsync(c.RunAsync(over.Token)), CancellationToken.None)),
            .. agents.Select(a => Task.Run(() => TogetherAsync(a.RunAsync(over.Token)), CancellationToken.None)),
        ]);
    }

    // A cluster in which one part silently stands still would be blamed on the pipeline: when one breaks, all end.
    private async Task TogetherAsync(Task part)
    {
        try
        {
            await part;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
        }
        catch
        {
            await over.CancelAsync();
            throw;
        }
    }
}
