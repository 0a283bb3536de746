using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Which pod goes first when there are too many: the one that does least.</summary>
internal sealed class LeastWanted(TimeProvider time) : IComparer<StoredObject>
{
    public int Compare(StoredObject? x, StoredObject? y) => Rank(x!).CompareTo(Rank(y!));

    private (int Scheduled, int Phase, int Ready, double ReadyFor, long Restarts, double Age, string Name) Rank(StoredObject pod)
    {
        var content = pod.Content;
        var phase = content.Text("status", "phase") switch { "Running" => 2, "Unknown" => 1, _ => 0 };
        var ready = content.IsReady();
        return (content.Text("spec", "nodeName") is null ? 0 : 1, phase, ready ? 1 : 0,
            ready ? Since(content.Condition("Ready").Text("lastTransitionTime")) : 0,
            -content.Restarts(), Since(content.Text("metadata", "creationTimestamp")), pod.Name);
    }

    private double Since(string? text) => (time.GetUtcNow() - (PodFacts.TimeOf(text) ?? time.GetUtcNow())).TotalSeconds;
}
