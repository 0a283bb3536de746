using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Empties a namespace whose deletion was asked for, then lets it go.</summary>
internal sealed class NamespaceController(ClusterStore store, ObjectWriter writer, TimeProvider time) : Controller(store, time)
{
    // Pods take their grace period.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    protected override IEnumerable<ResourceKind> Watched => [ResourceKind.Namespaces];

    protected override IEnumerable<ObjectKey> KeysOf(StoreChange change) => change.Object.IsDeleting() ? [ObjectKey.Of(change.Object)] : [];

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Find(key.Kind, null, key.Name) is not { } space || !space.IsDeleting())
            return null;
        foreach (var item in OwnedKinds.In(Store, space.Name).Where(o => !o.IsDeleting()).ToList())
            writer.Delete(item, Time);
        if (OwnedKinds.In(Store, space.Name).Any())
            return Again;
        writer.Remove(key.Kind, null, key.Name);
        return null;
    }
}
