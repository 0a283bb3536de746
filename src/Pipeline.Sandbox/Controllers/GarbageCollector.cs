using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Deletes what lost its last owner, and carries out the two ways of deletion that look at dependents first.</summary>
internal sealed class GarbageCollector(ClusterStore store, ObjectWriter writer, TimeProvider time) : Controller(store, time)
{
    protected override IEnumerable<ResourceKind> Watched => OwnedKinds.All;

    protected override IEnumerable<ObjectKey> KeysOf(StoreChange change)
    {
        // An owner that waits for its dependents must hear that one went.
        if (change.Type == ChangeType.Deleted)
            return OwnedKinds.Dependents(Store, change.Object).Select(ObjectKey.Of).Concat(OwnersOf(change.Object));
        var isWaiting = change.Object.HasFinalizer(Deletion.Foreground) || change.Object.HasFinalizer(Deletion.Orphan);
        return isWaiting || (change.Type == ChangeType.Added && References(change.Object).Any()) ? [ObjectKey.Of(change.Object)] : [];
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Find(key.Kind, key.Namespace, key.Name) is not { } found)
            return null;
        if (found.IsDeleting() && found.HasFinalizer(Deletion.Orphan))
            Orphan(found);
        else if (found.IsDeleting() && found.HasFinalizer(Deletion.Foreground))
            DeleteDependents(found);
        else if (!found.IsDeleting() && References(found).Any() && !References(found).Any(r => OwnerOf(found, r) is not null))
            writer.Delete(found, Time);
        return null;
    }

    private void Orphan(StoredObject owner)
    {
        foreach (var dependent in OwnedKinds.Dependents(Store, owner).ToList())
            writer.Update(dependent.Kind, dependent.Namespace, dependent.Name, content =>
            {
                var references = (JsonArray)content.At("metadata")!["ownerReferences"]!;
                foreach (var gone in references.OfType<JsonObject>().Where(r => r.Text("uid") == owner.Uid()).ToList())
                    references.Remove(gone);
                if (references.Count == 0)
                    content.At("metadata")!.Remove("ownerReferences");
            });
        writer.Finish(owner, Deletion.Orphan);
    }

    private void DeleteDependents(StoredObject owner)
    {
        var blocking = false;
        foreach (var dependent in OwnedKinds.Dependents(Store, owner).ToList())
        {
            blocking |= References(dependent).Any(r => r.Text("uid") == owner.Uid() && r.Text("blockOwnerDeletion") == "true");
            if (!dependent.IsDeleting())
                writer.Delete(dependent, Time, isForeground: OwnedKinds.Dependents(Store, dependent).Any());
        }

        // One that went at once is gone now and no longer blocks.
        if (!blocking || !OwnedKinds.Dependents(Store, owner).Any(d => References(d).Any(r => r.Text("uid") == owner.Uid() && r.Text("blockOwnerDeletion") == "true")))
            writer.Finish(owner, Deletion.Foreground);
    }

    private static IEnumerable<JsonObject> References(StoredObject stored) => stored.Content.Items("metadata", "ownerReferences");

    private IEnumerable<ObjectKey> OwnersOf(StoredObject stored) => References(stored).Select(r => OwnerOf(stored, r)).OfType<StoredObject>().Select(ObjectKey.Of);

    // An owner of a kind that is not looked through is taken to live: what is wrongly deleted does not come back.
    private StoredObject? OwnerOf(StoredObject stored, JsonObject reference)
    {
        var kind = OwnedKinds.All.Append(ResourceKind.Nodes).Append(ResourceKind.Namespaces).FirstOrDefault(k => k.Kind == reference.Kind() && k.ApiVersion == reference.Text("apiVersion"));
        if (kind is null)
            return stored;
        return Store.Find(kind, stored.Namespace, reference.Text("name") ?? "") is { } owner && owner.Uid() == reference.Text("uid") ? owner : null;
    }
}
