using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Tables;

/// <summary>What <c>kubectl get pods</c> says of a pod.</summary>
internal static class PodCells
{
    public static string Ready(JsonObject pod) =>
        $"{pod.Items("status", "containerStatuses").Count(c => c.Text("ready") == "true")}/{pod.Items("spec", "containers").Count()}";

    /// <summary>The most telling word: a container's reason before the pod's phase.</summary>
    public static string Status(JsonObject pod)
    {
        if (pod.Text("metadata", "deletionTimestamp") is not null)
            return pod.Text("status", "reason") == "NodeLost" ? "Unknown" : "Terminating";
        var status = pod.Text("status", "reason") ?? pod.Text("status", "phase") ?? "Unknown";
        var waiting = Initial(pod);
        if (waiting is not null)
            return waiting;
        foreach (var container in pod.Items("status", "containerStatuses").Reverse())
            status = Reason(container) ?? status;
        var isRunning = pod.Items("status", "containerStatuses").Any(c => c.Text("ready") == "true" && c.At("state", "running") is not null);
        return status == "Completed" && isRunning ? (pod.Condition("Ready").Text("status") == "True" ? "Running" : "NotReady") : status;
    }

    public static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        var restarts = pod.Items("status", "containerStatuses").Sum(c => c.Number("restartCount"));
        var last = pod.Items("status", "containerStatuses").Select(c => c.Text("lastState", "terminated", "finishedAt"))
            .Where(t => t is not null).Order(StringComparer.Ordinal).LastOrDefault();
        return restarts == 0 || last is null ? $"{restarts}" : $"{restarts} ({Age.Of(last, now)} ago)";
    }

    /// <summary>How many of the pod's readiness gates are open.</summary>
    public static string Gates(JsonObject pod)
    {
        var gates = pod.Items("spec", "readinessGates").Select(g => g.Text("conditionType")!).ToList();
        return gates.Count == 0 ? "<none>" : $"{gates.Count(g => pod.Condition(g).Text("status") == "True")}/{gates.Count}";
    }

    private static string? Initial(JsonObject pod)
    {
        var initial = pod.Items("status", "initContainerStatuses").ToList();
        for (var i = 0; i < initial.Count; i++)
            if (initial[i].Text("state", "terminated", "exitCode") == "0")
                continue;
            else if (initial[i].At("state", "terminated") is not null)
                return $"Init:{Reason(initial[i])}";
            else if (initial[i].Text("state", "waiting", "reason") is { } reason and not "PodInitializing")
                return $"Init:{reason}";
            else
                return $"Init:{i}/{initial.Count}";
        return null;
    }

    private static string? Reason(JsonObject container) =>
        container.Text("state", "waiting", "reason")
        ?? container.Text("state", "terminated", "reason")
        ?? (container.At("state", "terminated") is not { } ended ? null
            : ended.Number("signal") != 0 ? $"Signal:{ended.Number("signal")}" : $"ExitCode:{ended.Number("exitCode")}");
}
