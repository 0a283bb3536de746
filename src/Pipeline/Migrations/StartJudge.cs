using System.Text.Json.Nodes;
using Pipeline.Rollouts;

namespace Pipeline.Migrations;

/// <summary>Decides that a Job's pod will never start.</summary>
internal sealed class StartJudge(TimeProvider time)
{
    private readonly Dictionary<string, long> since = [];

    /// <summary>The trouble that lasted for longer than it may; null while there is hope.</summary>
    public PodTrouble? Failure(JsonObject pod)
    {
        var trouble = PodTrouble.In(pod).FirstOrDefault();
        if (trouble is null)
            return null;
        if (!since.TryGetValue(trouble.Reason, out var first))
            since[trouble.Reason] = first = time.GetTimestamp();
        return time.GetElapsedTime(first) >= trouble.Grace ? trouble : null;
    }
}
