using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>How many of a Job's pods run, ended well and ended badly.</summary>
internal readonly record struct JobCounts(long Active, long Succeeded, long Failed)
{
    public static JobCounts Of(IReadOnlyCollection<StoredObject> pods) => new(
        pods.Count(p => p.Content.IsActive()),
        pods.Count(p => p.Content.Text("status", "phase") == "Succeeded"),
        pods.Count(p => p.Content.Text("status", "phase") == "Failed"));
}
