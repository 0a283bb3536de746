using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Containers;
using Pipeline.Sandbox.Controllers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>What a kubelet is to a node: starts the pods that were given to it, and ends those that are deleted.</summary>
internal sealed class NodeAgent(NodeParts node, NodeOptions options)
{
    private static readonly TimeSpan LostCheck = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, (PodWorker Worker, Task Run)> pods = [];
    private volatile bool isLost;

    /// <summary>What the containers of a pod use; null when it does not run here.</summary>
    public IReadOnlyDictionary<string, ProgramUsage>? UsageOf(string uid) => pods.TryGetValue(uid, out var found) ? found.Worker.Usage : null;

    /// <summary>Works until it is cancelled; then everything on the node ends as by a loss of power.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var version = SeeAll();
                try
                {
                    await foreach (var change in node.Store.WatchAsync(ResourceKind.Pods, version, cancellation))
                        See(change.Object, change.Type == ChangeType.Deleted, cancellation);
                }
                catch (ApiException e) when (e.Reason is "Expired")
                {
                    // So much happened between the list and the watch that it starts anew.
                }
            }
        }
        finally
        {
            await KillAllAsync();
        }
    }

    private long SeeAll()
    {
        var (items, version) = node.Store.List(ResourceKind.Pods);
        foreach (var pod in items)
            See(pod, isGone: false, CancellationToken.None);
        return version;
    }

    private void See(StoredObject pod, bool isGone, CancellationToken cancellation)
    {
        if (isLost || pod.Content.Text("spec", "nodeName") != node.Name)
            return;
        var uid = pod.Uid();
        if (isGone)
            End(uid);
        else if (pod.IsDeleting())
        {
            if (!pods.TryGetValue(uid, out var running) || !running.Worker.Stop(pod.Content.Number("metadata", "deletionGracePeriodSeconds")))
                PodWorker.Bury(node, pod);
        }
        else if (!pods.ContainsKey(uid) && !pod.Content.HasEnded())
            Start(pod, cancellation);
    }

    private void Start(StoredObject pod, CancellationToken cancellation)
    {
        var worker = new PodWorker(pod, node);
        pods[pod.Uid()] = (worker, Task.Run(worker.RunAsync, CancellationToken.None));
        if (node.Faults.First(pod, "node-lost") is { } fault)
            _ = LoseAsync(pod, TimeSpan.FromSeconds(fault.Number(0)), cancellation);
    }

    private void End(string uid)
    {
        node.Logs.Remove(uid);
        if (!pods.TryRemove(uid, out var gone))
            return;
        gone.Worker.Kill();
        _ = gone.Run.ContinueWith(_ => gone.Worker.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task KillAllAsync()
    {
        var all = pods.Values.ToList();
        foreach (var (worker, _) in all)
            worker.Kill();
        await Task.WhenAll(all.Select(p => p.Run));
        foreach (var (worker, _) in all)
            worker.Dispose();
        pods.Clear();
    }

    // A node that no longer answers: nothing on it is known any more, and what is deleted stays until the node says that it is gone.
    private async Task LoseAsync(StoredObject first, TimeSpan untilEviction, CancellationToken cancellation)
    {
        isLost = true;
        await KillAllAsync();
        NodeObject.Lose(node.Writer, node.Name);
        node.Events.Normal(node.Store.Find(ResourceKind.Nodes, null, node.Name) ?? first, "NodeNotReady", $"Node {node.Name} status is now: NodeNotReady");
        foreach (var pod in OwnPods())
            node.Writer.Update(pod.Kind, pod.Namespace, pod.Name, MarkUnready);
        await Task.Delay(untilEviction, node.Time, cancellation);
        foreach (var pod in OwnPods().Where(p => !p.IsDeleting()))
        {
            node.Writer.Update(pod.Kind, pod.Namespace, pod.Name, MarkLost);
            node.Writer.Delete(pod, node.Time);
        }

        while (node.Faults.IsOn("node-lost"))
            await Task.Delay(LostCheck, node.Time, cancellation);
        isLost = false;
        NodeObject.Register(node.Writer, node.Store, options);
        SeeAll();
    }

    private List<StoredObject> OwnPods() =>
        [.. node.Store.List(ResourceKind.Pods).Items.Where(p => p.Content.Text("spec", "nodeName") == node.Name && !p.Content.HasEnded())];

    private void MarkUnready(JsonObject content) => Conditions.Set(content.At("status")!,
        new JsonObject { ["type"] = "Ready", ["status"] = "False", ["lastProbeTime"] = null }, node.Writer.Now());

    private void MarkLost(JsonObject content)
    {
        var status = content.At("status")!;
        status["reason"] = "NodeLost";
        status["message"] = $"Node {node.Name} which was running pod {content.Name()} is unresponsive";
    }
}
