using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Keeps as many pods of a template as a ReplicaSet asks for.</summary>
internal sealed class ReplicaSetController(ClusterStore store, ObjectWriter writer, TimeProvider time) : Controller(store, time)
{
    private readonly EventRecorder events = new(writer, "replicaset-controller");

    protected override IEnumerable<ResourceKind> Watched => [ResourceKind.ReplicaSets, ResourceKind.Pods];

    protected override IEnumerable<ObjectKey> KeysOf(StoreChange change)
    {
        if (change.Object.Kind == ResourceKind.ReplicaSets)
            return [ObjectKey.Of(change.Object)];
        return change.Object.ControllerKey(ResourceKind.ReplicaSets) is { } owner ? [owner] : Orphaned(change.Object);
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Find(key.Kind, key.Namespace, key.Name) is not { } set)
            return null;
        var pods = PodsOf(set);
        ApiException? refused = null;
        if (!set.IsDeleting())
        {
            var missing = Scale.Wanted(set.Content) - pods.Count;
            if (missing > 0)
                refused = Create(set, missing);
            else if (missing < 0)
                Delete(set, pods, -missing);
            if (missing != 0)
                pods = PodsOf(set);
        }

        var again = WriteStatus(set, pods, refused);
        return refused is null ? again : throw refused;
    }

    private List<StoredObject> PodsOf(StoredObject set)
    {
        var pods = new List<StoredObject>();
        foreach (var pod in Store.List(ResourceKind.Pods, set.Namespace).Items)
            if (pod.Content.IsActive() && (pod.IsControlledBy(set) || Adopt(set, pod)))
                pods.Add(pod);
        return pods;
    }

    // Pods that an owner left behind with --cascade=orphan are taken over by the next with the same selector.
    private bool Adopt(StoredObject set, StoredObject pod)
    {
        if (set.IsDeleting() || pod.Controller() is not null || !Selector.Matches(set.Content.At("spec", "selector"), pod.Content))
            return false;
        return writer.Update(pod.Kind, pod.Namespace, pod.Name, p => p.At("metadata")!["ownerReferences"] = new JsonArray(Ownership.ReferenceTo(set))) is not null;
    }

    private IEnumerable<ObjectKey> Orphaned(StoredObject pod) => pod.Controller() is not null || !pod.Content.IsActive() ? []
        : Store.List(ResourceKind.ReplicaSets, pod.Namespace).Items.Where(s => Selector.Matches(s.Content.At("spec", "selector"), pod.Content)).Select(ObjectKey.Of);

    // Batches double as long as all goes well, so that a full quota is not asked two hundred times.
    private ApiException? Create(StoredObject set, long missing)
    {
        for (long batch = 1; missing > 0; batch *= 2)
        {
            ApiException? refused = null;
            for (var i = 0; i < Math.Min(batch, missing); i++)
                refused = CreateOne(set) ?? refused;
            if (refused is not null)
                return refused;
            missing -= batch;
        }

        return null;
    }

    private ApiException? CreateOne(StoredObject set)
    {
        try
        {
            var pod = writer.Create(ResourceKind.Pods, set.Namespace, PodFromTemplate.Make(set, $"{set.Name}-"));
            events.Normal(set, "SuccessfulCreate", $"Created pod: {pod.Name}");
            return null;
        }
        catch (ApiException e)
        {
            events.Warning(set, "FailedCreate", $"Error creating: {e.Message}");
            return e;
        }
    }

    private void Delete(StoredObject set, List<StoredObject> pods, long surplus)
    {
        foreach (var pod in pods.OrderBy(p => p, new LeastWanted(Time)).Take((int)surplus))
        {
            writer.Delete(pod, Time);
            events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
        }
    }

    private TimeSpan? WriteStatus(StoredObject set, List<StoredObject> pods, ApiException? refused)
    {
        var least = TimeSpan.FromSeconds(set.Content.Number("spec", "minReadySeconds"));
        var waits = pods.Select(p => p.Content.UntilAvailable(least, Time.GetUtcNow())).OfType<TimeSpan>().ToList();
        var template = set.Content.At("spec", "template", "metadata", "labels");
        writer.Update(set.Kind, set.Namespace, set.Name, content =>
        {
            var status = content.At("status")?.DeepClone() as JsonObject ?? [];
            status["replicas"] = pods.Count;
            Scale.SetUnlessZero(status, "fullyLabeledReplicas", pods.Count(p => Selector.HasAll(p.Content.At("metadata", "labels"), template)));
            Scale.SetUnlessZero(status, "readyReplicas", waits.Count);
            Scale.SetUnlessZero(status, "availableReplicas", waits.Count(w => w <= TimeSpan.Zero));
            status["observedGeneration"] = set.Content.Number("metadata", "generation");
            if (refused is null)
                Conditions.Remove(status, "ReplicaFailure");
            else if (content.Condition("ReplicaFailure") is null)
                // Left alone while it lasts: the message names a pod that is another at each attempt, and each change would be an attempt.
                Conditions.Set(status, new JsonObject { ["type"] = "ReplicaFailure", ["status"] = "True", ["reason"] = "FailedCreate", ["message"] = refused.Message }, writer.Now());
            content["status"] = status;
        });
        var pending = waits.Where(w => w > TimeSpan.Zero).ToList();
        return pending.Count == 0 ? null : pending.Min();
    }
}
