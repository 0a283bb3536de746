using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>A pod in one line, with the words of <c>kubectl get pods</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">Where it is; <c>-</c> while it is nowhere.</param>
/// <param name="State">The reason why it waits or ended, else its phase.</param>
/// <param name="Ready">Containers that are ready, of all.</param>
/// <param name="Restarts">Restarts of all its containers.</param>
/// <param name="Made">When it was made, as the cluster wrote it.</param>
internal sealed record PodRow(string Name, string Node, string State, string Ready, long Restarts, string? Made)
{
    /// <summary>The row of a pod as it is.</summary>
    public static PodRow Of(JsonObject pod)
    {
        var sidecars = Sidecars(pod);
        var statuses = PodTrouble.Statuses(pod).Where(s => sidecars.Contains(s.Text("name")) || pod.Items("status", "containerStatuses").Contains(s)).ToList();
        return new PodRow(
            pod.Name(),
            pod.Text("spec", "nodeName") ?? "-",
            StateOf(pod),
            $"{statuses.Count(s => s.Text("ready") == "true")}/{pod.Items("spec", "containers").Count() + sidecars.Count}",
            PodTrouble.Statuses(pod).Sum(s => s.Number("restartCount")),
            pod.Text("metadata", "creationTimestamp"));
    }

    private static string StateOf(JsonObject pod)
    {
        if (pod.Text("metadata", "deletionTimestamp") is not null)
            return "Terminating";
        var phase = pod.Text("status", "reason") ?? pod.Text("status", "phase") ?? "Unknown";
        var sidecars = Sidecars(pod);
        var init = pod.Items("status", "initContainerStatuses").FirstOrDefault(s => sidecars.Contains(s.Text("name")) ? s.Text("started") != "true" : s.At("state", "terminated").Text("exitCode") != "0");
        if (init is not null)
            return ReasonOf(init) is { } why and not "PodInitializing" ? $"Init:{why}" : "Init";
        return pod.Items("status", "containerStatuses").Select(ReasonOf).FirstOrDefault(r => r is not null and not "Completed")
            ?? (phase == "Running" && pod.Condition("Ready").Text("status") == "False" ? "NotReady" : phase);
    }

    private static HashSet<string?> Sidecars(JsonObject pod) => [.. pod.Items("spec", "initContainers").Where(PodTemplate.IsSidecar).Select(c => c.Text("name"))];

    private static string? ReasonOf(JsonObject status) =>
        status.Text("state", "waiting", "reason") ?? status.At("state", "terminated") switch
        {
            null => null,
            var ended => ended.Text("reason") ?? ContainerExit.Of(ended.Number("exitCode")),
        };
}
