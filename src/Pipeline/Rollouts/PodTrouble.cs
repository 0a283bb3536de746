using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Why a container of a pod does not run.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Node">Where it is; null while it is not scheduled.</param>
/// <param name="Container">The container; null when it is the pod itself.</param>
/// <param name="Reason">The cluster's own word, as in <c>CrashLoopBackOff</c>.</param>
/// <param name="Message">The cluster's own sentence.</param>
/// <param name="ExitCode">Of the last run, where there was one.</param>
/// <param name="Grace">How long it may last before it is a verdict: zero for what never heals by itself.</param>
internal sealed record PodTrouble(string Pod, string? Node, string? Container, string Reason, string? Message, long? ExitCode, TimeSpan Grace)
{
    // A Secret that arrives late or a registry that hiccups heals within moments; more patience only costs an outage.
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(20);
    // Pulls are retried with a growing pause; nodes come late when an autoscaler must start them.
    private static readonly TimeSpan Patient = TimeSpan.FromMinutes(2);
    private const int CrashesThatProveIt = 2;

    /// <summary>What is wrong with a pod, the worst first; nothing when it starts or runs as it should.</summary>
    /// <param name="pod">The pod as it is.</param>
    /// <param name="before">The pod as it was when somebody began to look; its restarts until then prove nothing.</param>
    public static IEnumerable<PodTrouble> In(JsonObject pod, JsonObject? before = null)
    {
        var found = Statuses(pod).Select(s => OfContainer(pod, s, before)).OfType<PodTrouble>();
        return found.Concat(OfPod(pod)).OrderBy(t => t.Grace);
    }

    /// <summary>The status of every container, those of init containers first.</summary>
    public static IEnumerable<JsonObject> Statuses(JsonObject pod) => pod.Items("status", "initContainerStatuses").Concat(pod.Items("status", "containerStatuses"));

    private static IEnumerable<PodTrouble> OfPod(JsonObject pod)
    {
        if (pod.Text("status", "phase") == "Failed" && pod.Text("status", "reason") is var reason && reason is not ("Evicted" or "Preempting" or "Shutdown" or "NodeShutdown" or "Terminated"))
            yield return Of(pod, null, reason ?? "Failed", pod.Text("status", "message"), null, Brief);
        if (pod.Condition("PodScheduled") is { } scheduled && scheduled.Text("reason") == "Unschedulable")
            yield return Of(pod, null, "Unschedulable", scheduled.Text("message"), null, Patient);
    }

    private static PodTrouble? OfContainer(JsonObject pod, JsonObject status, JsonObject? before)
    {
        var name = status.Text("name");
        var restarts = status.Number("restartCount") - (before is null ? 0 : Statuses(before).FirstOrDefault(s => s.Text("name") == name).Number("restartCount"));
        var waiting = status.At("state", "waiting");
        var ended = status.At("state", "terminated") ?? status.At("lastState", "terminated");
        var exit = ended is null ? (long?)null : ended.Number("exitCode");
        if (waiting.Text("reason") is { } reason && GraceOf(reason, waiting.Text("message") ?? "") is { } grace)
            return Of(pod, name, CauseOf(reason, ended), waiting.Text("message"), exit, grace);
        // Between two attempts a crashing container is shown as running.
        return restarts >= CrashesThatProveIt && exit is not (null or 0) && status.Text("ready") != "true"
            ? Of(pod, name, CauseOf("Crashing", ended), ended.Text("message"), exit, TimeSpan.Zero)
            : null;
    }

    private static TimeSpan? GraceOf(string reason, string message) => reason switch
    {
        "CrashLoopBackOff" or "InvalidImageName" or "ErrImageNeverPull" => TimeSpan.Zero,
        "ErrImagePull" or "ImagePullBackOff" when message.Contains("not found", StringComparison.OrdinalIgnoreCase) || message.Contains("manifest unknown", StringComparison.OrdinalIgnoreCase) => TimeSpan.Zero,
        "ErrImagePull" or "ImagePullBackOff" or "RegistryUnavailable" => Patient,
        "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" => Brief,
        _ => null,
    };

    private static string CauseOf(string reason, JsonObject? ended) => ended.Text("reason") == "OOMKilled" ? $"{reason}, out of memory" : reason;

    private static PodTrouble Of(JsonObject pod, string? container, string reason, string? message, long? exit, TimeSpan grace) =>
        new(pod.Name(), pod.Text("spec", "nodeName"), container, reason, message, exit, grace);

    /// <inheritdoc />
    public override string ToString() =>
        $"Pod/{Pod} on {(Node is null ? "no node" : $"node {Node}")}{(Container is null ? "" : $", container '{Container}'")}: {Reason}{(ExitCode is { } code ? $", {ContainerExit.Of(code)}" : "")}{(string.IsNullOrWhiteSpace(Message) ? "" : $" ({Message.Trim()})")}";
}
