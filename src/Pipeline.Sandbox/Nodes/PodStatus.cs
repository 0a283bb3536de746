using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Writes a pod's status from its containers', as a kubelet does.</summary>
internal sealed class PodStatus(IReadOnlyList<ContainerStatus> init, IReadOnlyList<ContainerStatus> main, string restartPolicy, string ip, string started)
{
    public void Write(JsonObject content, string now)
    {
        var status = content.At("status")?.DeepClone() as JsonObject ?? [];
        var phase = Phase();
        status["phase"] = phase;
        if (phase == "Succeeded")
            Conditions.Set(status, Condition("Initialized", "True", "PodCompleted", null), now);
        else
            Set(status, "Initialized", Waiting(init, c => c.ExitCode == 0), "ContainersNotInitialized", "incomplete", now);
        foreach (var type in (ReadOnlySpan<string>)["Ready", "ContainersReady"])
            if (phase == "Succeeded")
                Conditions.Set(status, Condition(type, "False", "PodCompleted", null), now);
            else
                Set(status, type, Waiting(main, c => c.Ready), "ContainersNotReady", "unready", now);
        Conditions.Set(status, Condition("PodScheduled", "True", null, null), now);
        (status["hostIP"], status["podIP"], status["podIPs"], status["startTime"]) = ("127.0.0.1", ip, new JsonArray(new JsonObject { ["ip"] = ip }), started);
        if (init.Count > 0)
            status["initContainerStatuses"] = new JsonArray([.. init.Select(c => c.ToJson())]);
        status["containerStatuses"] = new JsonArray([.. main.Select(c => Shown(c))]);
        content["status"] = status;
    }

    private string Phase()
    {
        if (restartPolicy == "Never" && init.Any(c => c.ExitCode is not (null or 0)))
            return "Failed";
        if (init.Any(c => c.ExitCode != 0) || main.Any(c => !c.HasRun))
            return "Pending";
        if (main.Any(c => c.ExitCode is null) || restartPolicy == "Always")
            return "Running";
        if (main.All(c => c.ExitCode == 0))
            return "Succeeded";
        return restartPolicy == "Never" ? "Failed" : "Running";
    }

    private JsonObject Shown(ContainerStatus container)
    {
        var shown = container.ToJson();
        if (init.Any(c => c.ExitCode != 0) && shown.Text("state", "waiting", "reason") == "ContainerCreating")
            shown.At("state", "waiting")!["reason"] = "PodInitializing";
        return shown;
    }

    private static List<string> Waiting(IReadOnlyList<ContainerStatus> containers, Func<ContainerStatus, bool> isDone) =>
        [.. containers.Where(c => !isDone(c)).Select(c => c.Name)];

    private static void Set(JsonObject status, string type, List<string> missing, string reason, string word, string now) => Conditions.Set(status, missing.Count == 0
        ? Condition(type, "True", null, null)
        : Condition(type, "False", reason, $"containers with {word} status: [{string.Join(' ', missing)}]"), now);

    private static JsonObject Condition(string type, string value, string? reason, string? message)
    {
        var condition = new JsonObject { ["type"] = type, ["status"] = value, ["lastProbeTime"] = null };
        if (reason is not null)
            condition["reason"] = reason;
        if (message is not null)
            condition["message"] = message;
        return condition;
    }
}
