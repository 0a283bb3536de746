using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>What a rollout would do to the cluster.</summary>
/// <param name="Objects">Every manifest that the cluster serves, in the order of application.</param>
/// <param name="Surplus">What would be removed.</param>
internal sealed record RolloutPlan(IReadOnlyList<PlannedObject> Objects, IReadOnlyList<SurplusObject> Surplus)
{
    /// <summary>The objects that the cluster would have to make or change.</summary>
    public IEnumerable<PlannedObject> Changes => Objects.Where(o => o.Changes);

    /// <summary>Everything that would be touched, and how it was; null when there was none.</summary>
    public IReadOnlyList<(Resource Resource, string Name, JsonObject? Before)> Found =>
    [
        .. Changes.Select(c => (c.Resource, c.Manifest.Name(), c.Live)),
        .. Surplus.Select(s => (s.Resource, s.Live.Name(), (JsonObject?)s.Live)),
    ];

    /// <summary>True when the cluster already is as it should be.</summary>
    public bool IsDone => Surplus.Count == 0 && !Changes.Any();
}
