using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Containers;
using Pipeline.Sandbox.Controllers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Runs one pod on its node: volumes, init containers, containers, and its end.</summary>
internal sealed class PodWorker : IDisposable
{
    private readonly NodeParts node;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource killed = new();
    private readonly ConcurrentDictionary<int, int> ports = [];
    private readonly Lock gate = new();
    private readonly List<ContainerWorker> init;
    private readonly List<ContainerWorker> main;
    private readonly string started;
    private bool isOver;

    public PodWorker(StoredObject pod, NodeParts node)
    {
        (Pod, this.node) = (pod, node);
        Ip = node.Addresses.Take();
        Grace = pod.Content.Text("spec", "terminationGracePeriodSeconds") is null ? 30 : pod.Content.Number("spec", "terminationGracePeriodSeconds");
        started = pod.Content.Text("status", "startTime") ?? node.Writer.Now();
        init = [.. pod.Content.Items("spec", "initContainers").Select(c => new ContainerWorker(this, c, isInit: true, node))];
        main = [.. pod.Content.Items("spec", "containers").Select(c => new ContainerWorker(this, c, isInit: false, node))];
    }

    /// <summary>The pod as it was when it came here; its spec does not change.</summary>
    public StoredObject Pod { get; }

    public string Uid => Pod.Uid();

    public string Ip { get; }

    public string RestartPolicy => Pod.Content.Text("spec", "restartPolicy") ?? "Always";

    /// <summary>Seconds between SIGTERM (or the hook before it) and SIGKILL.</summary>
    public long Grace { get; private set; }

    /// <summary>Cancelled when the pod is to end, or was killed.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>Cancelled when nothing of it may go on: the node lost its power, or somebody forced the deletion.</summary>
    public CancellationToken Killed => killed.Token;

    /// <summary>What each container uses.</summary>
    public IReadOnlyDictionary<string, ProgramUsage> Usage => main.ToDictionary(c => c.Status.Name, c => c.Usage);

    /// <summary>Where a container's events point to.</summary>
    public string FieldOf(string container) => $"spec.{(init.Exists(c => c.Status.Name == container) ? "initContainers" : "containers")}{{{container}}}";

    /// <summary>Runs it to its end; returns when the node has nothing more to do with it.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (!Resume())
                await RunContainersAsync();
        }
        catch (OperationCanceledException)
        {
            // Asked to end while it waited for something.
        }
#pragma warning disable CA1031 // One pod that the node cannot handle must not stop the others; the cluster shows why.
        catch (Exception e)
#pragma warning restore CA1031
        {
            node.Events.Warning(Pod, "FailedSync", $"Error syncing pod: {e.Message}");
        }
        finally
        {
            node.Addresses.Return(Ip);
        }

        if (killed.IsCancellationRequested)
            return;
        Publish();
        lock (gate)
            isOver = true;
        if (stopping.IsCancellationRequested)
            Bury(node, Pod);
    }

    /// <summary>Asks it to end.</summary>
    /// <param name="grace">Seconds that it may take.</param>
    /// <returns>False when it has ended already and nobody will bury it.</returns>
    public bool Stop(long grace)
    {
        lock (gate)
        {
            if (isOver)
                return false;
            Grace = grace;
            // Not here and now: what waits for this goes on on threads of its own.
            _ = stopping.CancelAsync();
            return true;
        }
    }

    /// <summary>Ends it at once, and nothing is written of it.</summary>
    public void Kill()
    {
        _ = killed.CancelAsync();
        _ = stopping.CancelAsync();
    }

    /// <summary>Writes how it stands.</summary>
    public void Publish()
    {
        // One at a time: an older view must not overwrite a newer one.
        lock (gate)
        {
            if (killed.IsCancellationRequested)
                return;
            var status = new PodStatus([.. init.Select(c => c.Status)], [.. main.Select(c => c.Status)], RestartPolicy, Ip, started);
            node.Writer.Update(Pod.Kind, Pod.Namespace, Pod.Name, content =>
            {
                if (content.Text("metadata", "uid") != Uid)
                    return;
                status.Write(content, node.Writer.Now());
                WritePorts(content.At("metadata")!);
            });
        }
    }

    /// <summary>Says behind which port of 127.0.0.1 a port of the pod is.</summary>
    public void Listen(int port, int real)
    {
        ports[port] = real;
        Publish();
    }

    /// <summary>A run is over, and its ports with it.</summary>
    public void Forget(ContainerContext run)
    {
        foreach (var port in run.OpenPorts)
            ports.TryRemove(port, out _);
    }

    /// <summary>Removes a pod whose containers are gone, unless somebody else must do something first.</summary>
    public static void Bury(NodeParts node, StoredObject pod)
    {
        node.Logs.Remove(pod.Uid());
        node.Faults.Forget(pod);
        if (node.Store.Find(pod.Kind, pod.Namespace, pod.Name) is not { } last || last.Uid() != pod.Uid())
            return;
        if (Deletion.HasFinalizers(last.Content))
            node.Writer.Update(pod.Kind, pod.Namespace, pod.Name, content => content.At("metadata")!["deletionGracePeriodSeconds"] = 0);
        else
            node.Writer.Remove(pod.Kind, pod.Namespace, pod.Name);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        stopping.Dispose();
        killed.Dispose();
    }

    // What ran when the node lost its power runs again, once more restarted, unless it must run only once.
    private bool Resume()
    {
        var found = false;
        foreach (var (worker, field) in init.Select(c => (c, "initContainerStatuses")).Concat(main.Select(c => (c, "containerStatuses"))))
            found |= worker.Status.Resume(Pod.Content.Items("status", field).FirstOrDefault(s => s.Text("name") == worker.Status.Name), node.Writer.Now());
        if (!found)
            return false;
        Publish();
        if (RestartPolicy == "Never")
            return true;
        foreach (var worker in init.Concat(main))
            worker.Status.RestartCount++;
        return false;
    }

    private async Task RunContainersAsync()
    {
        Publish();
        await new VolumeCheck(this, node).WaitAsync(stopping.Token);
        foreach (var container in init)
            if (await container.RunAsync() != 0 || stopping.IsCancellationRequested)
                return;
        await Task.WhenAll(main.Select(c => c.RunAsync()));
    }

    private void WritePorts(JsonObject metadata)
    {
        var text = string.Join(',', ports.OrderBy(p => p.Key).Select(p => $"{p.Key}={p.Value}"));
        if (text.Length == 0)
            metadata.At("annotations")?.Remove(PodPorts.Annotation);
        else
            (metadata.At("annotations") ?? (JsonObject)(metadata["annotations"] = new JsonObject()))[PodPorts.Annotation] = text;
    }
}
