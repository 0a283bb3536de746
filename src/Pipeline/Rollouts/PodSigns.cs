using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>What was said about a pod that its status does not keep: events, and why a pull failed.</summary>
internal sealed class PodSigns
{
    private static readonly HashSet<string> Kept =
    [
        "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "Pulling", "Pulled", "Created", "TriggeredScaleUp", "NotTriggerScaleUp", "Nominated", "NodeNotReady", "Killing", "Failed",
    ];
    // One event a reason, and one pull error a container: what is kept does not grow with time.
    private readonly Dictionary<string, JsonObject> events = [];
    private readonly Dictionary<string, string> pullErrors = [];

    /// <summary>No signs.</summary>
    public static PodSigns None => new();

    /// <summary>Takes in an event about the pod.</summary>
    public void SeeEvent(JsonObject seen)
    {
        if (seen.Text("reason") is { } reason && Kept.Contains(reason) && IsTelling(reason, seen))
            events[reason] = seen;
    }

    /// <summary>Takes in the pod: the cause of a failed pull stands there only until the pause before the next attempt.</summary>
    public void SeePod(JsonObject pod)
    {
        foreach (var status in PodTrouble.Statuses(pod))
            if (status.At("state", "waiting") is { } waiting && waiting.Text("reason") == "ErrImagePull" && waiting.Text("message") is { } message)
                pullErrors[status.Text("name") ?? ""] = message;
    }

    /// <summary>The newest event of a reason, or null.</summary>
    public JsonObject? Last(string reason) => events.GetValueOrDefault(reason);

    /// <summary>True when the newest of the two events is <paramref name="reason"/>.</summary>
    public bool IsNewer(string reason, string other) => Last(reason) is { } one
        && (Last(other) is not { } two || string.CompareOrdinal(TimeOf(one), TimeOf(two)) >= 0);

    /// <summary>True when the node went on to the images since the event: then volumes and network are there, whatever the pull takes.</summary>
    public bool IsPrepared(string reason) => IsNewer("Pulling", reason) || IsNewer("Pulled", reason) || IsNewer("Created", reason);

    /// <summary>Why the container's image could not be pulled, or null.</summary>
    public string? PullError(string container, string? image) => pullErrors.GetValueOrDefault(container)
        ?? (Last("Failed").Text("message") is { } said && image is not null && said.Contains(image, StringComparison.Ordinal) ? said : null);

    // "Container api failed liveness probe, will be restarted"
    /// <summary>The rule of the probe that had the container killed, or null.</summary>
    public VerdictRule? KilledBy(string container) => Last("Killing").Text("message") is { } said && said.StartsWith($"Container {container} failed ", StringComparison.Ordinal)
        ? said.Contains("liveness", StringComparison.Ordinal) ? VerdictRules.LivenessKilled : VerdictRules.StartupKilled
        : null;

    // The kubelet uses these two words for more than what matters here.
    private static bool IsTelling(string reason, JsonObject seen) => reason switch
    {
        "Failed" => seen.Text("message")?.StartsWith("Failed to pull image", StringComparison.Ordinal) == true,
        "Killing" => seen.Text("message")?.Contains("probe", StringComparison.Ordinal) == true,
        _ => true,
    };

    private static string TimeOf(JsonObject seen) => seen.Text("series", "lastObservedTime") ?? seen.Text("lastTimestamp") ?? seen.Text("eventTime") ?? "";
}
