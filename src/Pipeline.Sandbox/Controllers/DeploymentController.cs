using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Moves a Deployment's pods from one template to the next, by ReplicaSets that grow and shrink.</summary>
internal sealed class DeploymentController(ClusterStore store, ObjectWriter writer, TimeProvider time) : Controller(store, time)
{
    private const int DefaultHistory = 10;
    private readonly EventRecorder events = new(writer, "deployment-controller");

    protected override IEnumerable<ResourceKind> Watched => [ResourceKind.Deployments, ResourceKind.ReplicaSets, ResourceKind.Pods];

    protected override IEnumerable<ObjectKey> KeysOf(StoreChange change)
    {
        if (change.Object.Kind == ResourceKind.Deployments)
            return [ObjectKey.Of(change.Object)];
        if (change.Object.Kind == ResourceKind.ReplicaSets)
            return change.Object.ControllerKey(ResourceKind.Deployments) is { } owner ? [owner] : [];
        // Recreate begins when the last old pod is gone.
        return change.Type == ChangeType.Deleted && change.Object.ControllerKey(ResourceKind.ReplicaSets) is { } set
            && Store.Find(set.Kind, set.Namespace, set.Name)?.ControllerKey(ResourceKind.Deployments) is { } top ? [top] : [];
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Find(key.Kind, key.Namespace, key.Name) is not { } deployment)
            return null;
        var sets = new ReplicaSets(deployment, OwnedBy(deployment), writer, events);
        var status = new DeploymentStatus(deployment, sets, writer, Time);
        if (!deployment.IsDeleting())
            Advance(deployment, sets, status);
        var again = status.Write();
        return status.Refusal is null ? again : throw status.Refusal;
    }

    private List<StoredObject> OwnedBy(StoredObject deployment) =>
        [.. Store.List(ResourceKind.ReplicaSets, deployment.Namespace).Items.Where(s => s.IsControlledBy(deployment) || Adopt(deployment, s))];

    private bool Adopt(StoredObject deployment, StoredObject set)
    {
        if (deployment.IsDeleting() || set.Controller() is not null || !Selector.Matches(deployment.Content.At("spec", "selector"), set.Content))
            return false;
        return writer.Update(set.Kind, set.Namespace, set.Name, s => s.At("metadata")!["ownerReferences"] = new JsonArray(Ownership.ReferenceTo(deployment))) is not null;
    }

    private void Advance(StoredObject deployment, ReplicaSets sets, DeploymentStatus status)
    {
        if (deployment.Content.Text("spec", "paused") == "true" || sets.IsScaling)
        {
            if (sets.New is not null)
                sets.StampNew();
            new ProportionalScaling(deployment, sets).Run();
            return;
        }

        var isRecreate = RollingUpdate.IsRecreate(deployment.Content);
        if (isRecreate && (ShrinkAll(sets) || OldPodsRun(deployment, sets)))
            return;
        if (!HasNew(deployment, sets, status))
            return;
        if (isRecreate)
            sets.ScaleTo(sets.New!, Scale.Wanted(deployment.Content));
        else
            new RollingStep(deployment, sets).Run();
        if (status.IsComplete())
            ForgetOld(deployment, sets);
    }

    private static bool HasNew(StoredObject deployment, ReplicaSets sets, DeploymentStatus status)
    {
        if (sets.New is { } found)
        {
            sets.StampNew();
            status.Found(found);
            return true;
        }

        try
        {
            sets.CreateNew(RollingStep.FirstSize(deployment, sets), deployment.Content.Number("status", "collisionCount"));
            status.Created(sets.New!);
            return true;
        }
        catch (ApiException e) when (e.Reason is "AlreadyExists")
        {
            // Another template has this hash, or an orphan of the name stands there; the next attempt hashes differently.
            status.Collided();
            return false;
        }
        catch (ApiException e)
        {
            status.Refused(e);
            return false;
        }
    }

    private static bool ShrinkAll(ReplicaSets sets)
    {
        var changed = false;
        foreach (var old in sets.Old.Where(s => Scale.Wanted(s.Content) > 0).ToList())
            changed |= sets.ScaleTo(old, 0);
        return changed;
    }

    private bool OldPodsRun(StoredObject deployment, ReplicaSets sets)
    {
        var old = sets.Old.Select(s => s.Uid()).ToHashSet();
        return Store.List(ResourceKind.Pods, deployment.Namespace).Items.Any(p => !p.Content.HasEnded() && old.Contains(p.Controller().Text("uid") ?? ""));
    }

    private static void ForgetOld(StoredObject deployment, ReplicaSets sets)
    {
        var kept = deployment.Content.Text("spec", "revisionHistoryLimit") is null ? DefaultHistory : deployment.Content.Number("spec", "revisionHistoryLimit");
        var empty = sets.Old.Where(s => Scale.Wanted(s.Content) == 0 && s.Content.Number("status", "replicas") == 0 && !s.IsDeleting()).ToList();
        var surplus = sets.Old.Count() - kept;
        if (surplus > 0)
            foreach (var old in empty.OrderBy(ReplicaSets.RevisionOf).Take((int)surplus))
                sets.Remove(old);
    }
}
