using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Removes events that are older than an hour, as the API server's own time to live does.</summary>
internal sealed class EventExpiry(ClusterStore store, ObjectWriter writer, TimeProvider time) : Controller(store, time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    protected override IEnumerable<ResourceKind> Watched => [ResourceKind.Events];

    protected override IEnumerable<ObjectKey> KeysOf(StoreChange change) => change.Type == ChangeType.Deleted ? [] : [ObjectKey.Of(change.Object)];

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Find(key.Kind, key.Namespace, key.Name) is not { } found)
            return null;
        var last = PodFacts.TimeOf(found.Content.Text("lastTimestamp")) ?? PodFacts.TimeOf(found.Content.Text("metadata", "creationTimestamp")) ?? Time.GetUtcNow();
        var left = last + Kept - Time.GetUtcNow();
        if (left > TimeSpan.Zero)
            return left;
        writer.Remove(key.Kind, key.Namespace, key.Name);
        return null;
    }
}
