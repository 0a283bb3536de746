using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>What is known of one Deployment's rollout, fed by watches.</summary>
internal sealed class RolloutView
{
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    private readonly Dictionary<string, JsonObject> deployments = [];
    private readonly Dictionary<string, JsonObject> replicaSets = [];
    private readonly Dictionary<string, JsonObject> pods = [];
    private readonly Dictionary<string, JsonObject> firstSeen = [];
    private bool isListed;

    /// <summary>The Deployment; null while it was not seen, or once it is gone.</summary>
    public JsonObject? Deployment => deployments.Values.FirstOrDefault();

    /// <summary>True once the Deployment is known not to be there.</summary>
    public bool IsDeleted => isListed && deployments.Count == 0;

    /// <summary>The Deployment's revision, as <c>kubectl rollout history</c> shows it.</summary>
    public string? Revision => Deployment?.At("metadata", "annotations").Text(RevisionAnnotation);

    /// <summary>The pods that it asks for.</summary>
    public long Wanted => Deployment?.At("spec").Text("replicas") is null ? 1 : Deployment.Number("spec", "replicas");

    /// <summary>New pods that serve.</summary>
    public long Ready => IsObserved ? Math.Min(Deployment.Number("status", "updatedReplicas"), NewPods.Count(IsReady)) : 0;

    /// <summary>True once every pod is new and available and no old one is left.</summary>
    public bool IsDone => IsObserved && Deployment is { } found
        && found.Number("status", "updatedReplicas") == Wanted && found.Number("status", "replicas") == Wanted && found.Number("status", "availableReplicas") == Wanted;

    /// <summary>Pods of the newest ReplicaSet.</summary>
    public IReadOnlyList<JsonObject> NewPods => NewReplicaSet is { } set ? [.. pods.Values.Where(p => IsOwnedBy(p, set) && p.Text("metadata", "deletionTimestamp") is null)] : [];

    /// <summary>The ReplicaSet of this rollout: another's trouble is not ours.</summary>
    public JsonObject? NewReplicaSet => IsObserved
        ? replicaSets.Values.FirstOrDefault(s => IsOwnedBy(s, Deployment!) && s.At("metadata", "annotations").Text(RevisionAnnotation) == Revision)
        : null;

    /// <summary>False while the controller has not read the newest wish: everything else in the status is about the one before.</summary>
    private bool IsObserved => Deployment is { } found && found.Number("status", "observedGeneration") >= found.Number("metadata", "generation");

    /// <summary>The pod as it was first seen: what it went through before is no trouble of this rollout.</summary>
    public JsonObject FirstSeen(JsonObject pod) => firstSeen.GetValueOrDefault(pod.Name(), pod);

    /// <summary>Takes in what a watch saw.</summary>
    public void See(Resource resource, WatchEvent seen)
    {
        var known = resource == Resource.Deployments ? deployments : resource == Resource.ReplicaSets ? replicaSets : pods;
        isListed |= known == deployments;
        if (seen.IsWhole)
            known.Clear();
        foreach (var item in seen.Objects)
            if (seen.IsDeletion)
                known.Remove(item.Name());
            else
                Keep(known, item);
    }

    /// <summary>True when a pod's readiness probe is content.</summary>
    public static bool IsReady(JsonObject pod) => pod.Condition("Ready").Text("status") == "True";

    private void Keep(Dictionary<string, JsonObject> known, JsonObject item)
    {
        known[item.Name()] = item;
        if (known == pods)
            firstSeen.TryAdd(item.Name(), item);
    }

    private static bool IsOwnedBy(JsonObject item, JsonObject owner) =>
        item.Items("metadata", "ownerReferences").Any(r => r.Text("uid") == owner.Text("metadata", "uid"));
}
