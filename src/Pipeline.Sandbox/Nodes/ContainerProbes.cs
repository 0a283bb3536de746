using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Containers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Startup, readiness and liveness of one run of a container.</summary>
/// <param name="pod">Its pod.</param>
/// <param name="spec">The container's spec.</param>
/// <param name="status">What readiness changes.</param>
/// <param name="context">The run.</param>
/// <param name="listening">Done once the first port opens.</param>
/// <param name="node">The node.</param>
internal sealed class ContainerProbes(PodWorker pod, JsonObject spec, ContainerStatus status, ContainerContext context, Task listening, NodeParts node)
{
    private const int Flaps = 3;

    /// <summary>Asks until it is cancelled, or until a probe demands the container's end.</summary>
    /// <returns>Which probe demands it: <c>startup</c> or <c>liveness</c>.</returns>
    public async Task<string> WatchAsync(CancellationToken cancellation)
    {
        if (spec.At("startupProbe") is { } startup && !await StartsAsync(startup, cancellation))
            return "startup";
        status.Started = true;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var readiness = ReadinessAsync(over.Token);
        try
        {
            await (spec.At("livenessProbe") is { } liveness ? FailsAsync(liveness, cancellation) : Task.Delay(Timeout.InfiniteTimeSpan, node.Time, cancellation));
            return "liveness";
        }
        finally
        {
            // A late answer must not make ready what has ended.
            await over.CancelAsync();
            await readiness.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task<bool> StartsAsync(JsonObject probe, CancellationToken cancellation)
    {
        var isWell = false;
        await LoopAsync(probe, "Startup", (well, count) =>
        {
            isWell = well;
            return well ? count >= Threshold(probe, "successThreshold", 1) : count >= Threshold(probe, "failureThreshold", 3);
        }, cancellation);
        return isWell;
    }

    private Task FailsAsync(JsonObject probe, CancellationToken cancellation) =>
        LoopAsync(probe, "Liveness", (well, count) => !well && count >= Threshold(probe, "failureThreshold", 3), cancellation);

    private async Task ReadinessAsync(CancellationToken cancellation)
    {
        if (spec.At("readinessProbe") is not { } probe)
        {
            SetReady(true);
            return;
        }

        pod.Publish();
        await LoopAsync(probe, "Readiness", (well, count) =>
        {
            if (well && count >= Threshold(probe, "successThreshold", 1))
                SetReady(true);
            else if (!well && count >= Threshold(probe, "failureThreshold", 3))
                SetReady(false);
            return false;
        }, cancellation);
    }

    private async Task LoopAsync(JsonObject probe, string kind, Func<bool, long, bool> isOver, CancellationToken cancellation)
    {
        var period = TimeSpan.FromSeconds(Threshold(probe, "periodSeconds", 10));
        await Task.Delay(TimeSpan.FromSeconds(probe.Number("initialDelaySeconds")), node.Time, cancellation);
        // A kubelet's rhythm has no fixed beginning; this one begins when there is somebody to ask, but no later than a period.
        if (probe.At("exec") is null)
            await Task.WhenAny(listening, Task.Delay(period, node.Time, cancellation));
        var (before, count, flaps) = (false, 0L, 0);
        while (true)
        {
            var wrong = (kind == "Readiness" ? Fault(ref flaps, probe) : null) ?? await node.Prober.AskAsync(probe, pod.Ip, PortOf, cancellation);
            cancellation.ThrowIfCancellationRequested();
            (count, before) = ((wrong is null) == before ? count + 1 : 1, wrong is null);
            if (wrong is not null)
                node.Events.Warning(pod.Pod, "Unhealthy", $"{kind} probe failed: {wrong}", pod.FieldOf(status.Name));
            if (isOver(wrong is null, count))
                return;
            await Task.Delay(period, node.Time, cancellation);
        }
    }

    // Flapping: each time that the container became ready, it fails until it is not.
    private string? Fault(ref int flaps, JsonObject probe)
    {
        const string Failed = "HTTP probe failed with statuscode: 503";
        if (node.Faults.Find(pod.Pod, "never-ready") is not null)
            return Failed;
        var failures = Threshold(probe, "failureThreshold", 3);
        if (node.Faults.Find(pod.Pod, "readiness-flapping") is not { } fault || flaps >= fault.Number(Flaps) * failures || (!status.Ready && flaps % failures == 0))
            return null;
        flaps++;
        return Failed;
    }

    private void SetReady(bool isReady)
    {
        if (status.Ready == isReady && status.Started)
            return;
        status.Ready = isReady;
        pod.Publish();
    }

    private (int Declared, int? Real) PortOf(string port)
    {
        var declared = int.TryParse(port, out var number) ? number
            : (int)spec.Items("ports").FirstOrDefault(p => p.Text("name") == port).Number("containerPort");
        return (declared, context.RealPort(declared));
    }

    private static long Threshold(JsonObject probe, string field, long otherwise) => probe.Number(field) is > 0 and var value ? value : otherwise;
}
