using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Incidents;

/// <summary>The end of every container's log: of the run that goes on and of the one before it.</summary>
internal sealed class ContainerLogs(ClusterConnection cluster, Evidence evidence)
{
    private const int Lines = 2000;
    private const int Bytes = 1 << 20;
    private const int Pods = 60;
    private const int AtOnce = 8;

    /// <summary>Reads the logs, those of pods in trouble first: time may run out.</summary>
    public async Task ReadAsync(IReadOnlyList<JsonObject> pods, CancellationToken cancellation)
    {
        var ordered = pods.OrderByDescending(p => PodTrouble.In(p).Any()).ThenByDescending(Restarts).ToList();
        if (ordered.Count > Pods)
            evidence.Miss($"logs of {ordered.Count - Pods} more pods", $"only those of {Pods} pods are read");
        var runs = from pod in ordered.Take(Pods)
                   from container in PodTemplate.ContainersOf(pod.At("spec"))
                   let name = container.Text("name")!
                   let status = PodTrouble.Statuses(pod).FirstOrDefault(s => s.Text("name") == name)
                   from isPrevious in (bool[])[true, false]
                   where isPrevious ? status.At("lastState", "terminated") is not null : HasBegun(status)
                   select (Pod: pod.Name(), Container: name, IsPrevious: isPrevious);
        using var free = new SemaphoreSlim(AtOnce);
        await Task.WhenAll(runs.Select(async r =>
        {
            var what = $"{r.Pod}.{r.Container}{(r.IsPrevious ? ".previous" : "")}.log";
            await evidence.TryAsync(what, async () =>
            {
                await free.WaitAsync(cancellation);
                try
                {
                    await ReadAsync(what, r.Pod, r.Container, r.IsPrevious, cancellation);
                }
                finally
                {
                    free.Release();
                }
            });
        }));
    }

    private async Task ReadAsync(string name, string pod, string container, bool isPrevious, CancellationToken cancellation)
    {
        var query = $"container={container}&timestamps=true&tailLines={Lines}&limitBytes={Bytes}{(isPrevious ? "&previous=true" : "")}";
        var text = await PodLog.TextAsync(cluster, pod, query, cancellation);
        if (text is null)
            evidence.Miss(name, "the node has removed it");
        else
            evidence.Add("logs", name, text);
    }

    private static bool HasBegun(JsonObject? status) => status.At("state", "waiting") is null || status.At("lastState", "terminated") is not null;

    private static long Restarts(JsonObject pod) => PodTrouble.Statuses(pod).Sum(s => s.Number("restartCount"));
}
