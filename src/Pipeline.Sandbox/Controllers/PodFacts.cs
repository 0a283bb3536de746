using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>What controllers ask of a pod.</summary>
internal static class PodFacts
{
    /// <summary>True while it counts: neither ended nor ending.</summary>
    public static bool IsActive(this JsonObject pod) => !pod.HasEnded() && pod.Text("metadata", "deletionTimestamp") is null;

    /// <summary>True once no container will ever run again.</summary>
    public static bool HasEnded(this JsonObject pod) => pod.Text("status", "phase") is "Succeeded" or "Failed";

    /// <summary>True when it serves.</summary>
    public static bool IsReady(this JsonObject pod) => pod.Condition("Ready").Text("status") == "True";

    /// <summary>Null when it is not ready; else how long until it was ready for <paramref name="least"/>: zero or less means available.</summary>
    public static TimeSpan? UntilAvailable(this JsonObject pod, TimeSpan least, DateTimeOffset now)
    {
        if (!pod.IsReady())
            return null;
        return least == TimeSpan.Zero ? TimeSpan.Zero : least - (now - (TimeOf(pod.Condition("Ready").Text("lastTransitionTime")) ?? now));
    }

    /// <summary>A time as the API writes it.</summary>
    public static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>How often its containers were restarted, all together.</summary>
    public static long Restarts(this JsonObject pod) => pod.Items("status", "containerStatuses").Sum(s => s.Number("restartCount"));
}
