using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Migrations;

/// <summary>Decides that a Job's pod will never start.</summary>
internal sealed class StartJudge(TimeProvider time)
{
    private long? since;

    /// <summary>The trouble that lasted for longer than it may; null while there is hope.</summary>
    public PodTrouble? Failure(JsonObject pod)
    {
        var trouble = PodTrouble.In(pod).FirstOrDefault(t => t.Rule.Level != VerdictLevel.Told && !HasStarted(pod, t.Container));
        since = trouble is null ? null : since ?? time.GetTimestamp();
        return trouble is not null && time.GetElapsedTime(since!.Value) >= trouble.Grace ? trouble : null;
    }

    // What becomes of a run is the Job's to say, which it does a moment after the container has ended.
    private static bool HasStarted(JsonObject pod, string? container)
    {
        var state = pod.Items("status", "containerStatuses").FirstOrDefault(s => s.Text("name") == container).At("state");
        return state.At("running") is not null || (state.At("terminated") is { } ended && ended.Text("reason") is not ("ContainerCannotRun" or "StartError"));
    }
}
