using System.Text.Json.Nodes;
using Pipeline.Rollouts;

namespace Pipeline.Migrations;

/// <summary>Decides that a Job's pod will never start.</summary>
internal sealed class StartJudge(TimeProvider time)
{
    private long? since;

    /// <summary>The trouble that lasted for longer than it may; null while there is hope.</summary>
    public PodTrouble? Failure(JsonObject pod)
    {
        var trouble = PodTrouble.In(pod).FirstOrDefault();
        since = trouble is null ? null : since ?? time.GetTimestamp();
        return trouble is not null && time.GetElapsedTime(since!.Value) >= trouble.Grace ? trouble : null;
    }
}
