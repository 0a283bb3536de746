using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>What is known of one Deployment's rollout, fed by watches.</summary>
/// <param name="baseline">The pods before anything was applied.</param>
internal sealed class RolloutView(PodBaseline baseline)
{
    private const int Strangers = 200;
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    private readonly Dictionary<string, JsonObject> deployments = [];
    private readonly Dictionary<string, JsonObject> replicaSets = [];
    private readonly Dictionary<string, JsonObject> pods = [];
    private readonly Dictionary<string, PodSigns> signs = [];
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

    /// <summary>Pods of the newest ReplicaSet that are not on their way out.</summary>
    public IReadOnlyList<JsonObject> NewPods => NewReplicaSet is { } set ? [.. pods.Values.Where(p => IsOwnedBy(p, set) && !IsGoing(p))] : [];

    /// <summary>Pods of its other ReplicaSets that are not on their way out.</summary>
    public IReadOnlyList<JsonObject> OldPods => NewReplicaSet is { } set
        ? [.. pods.Values.Where(p => !IsGoing(p) && replicaSets.Values.Any(s => s != set && IsOwnedBy(s, Deployment!) && IsOwnedBy(p, s)))]
        : [];

    /// <summary>Every pod of its, new ones first, among those the ones that do not serve.</summary>
    public IEnumerable<JsonObject> AllPods => NewReplicaSet is { } set
        ? pods.Values.OrderBy(p => IsOwnedBy(p, set) ? IsReady(p) ? 1 : 0 : 2).ThenBy(p => p.Name(), StringComparer.Ordinal)
        : [];

    /// <summary>True while a new pod has still to serve.</summary>
    public bool IsStarting => NewPods.Any(p => !IsReady(p) && !PodTrouble.IsReplaced(p));

    /// <summary>Pods of its that are on their way out.</summary>
    public IEnumerable<JsonObject> Ending => pods.Values.Where(IsGoing);

    /// <summary>
    /// The ReplicaSet of this rollout: another's trouble is not ours. Until the controller has made it, which with <c>Recreate</c> and while
    /// it is paused takes longer than its first look, the Deployment still has the revision of the one before; only the template tells.
    /// </summary>
    public JsonObject? NewReplicaSet => IsObserved
        ? replicaSets.Values.FirstOrDefault(s => IsOwnedBy(s, Deployment!) && s.At("metadata", "annotations").Text(RevisionAnnotation) == Revision && PodTemplate.IsSame(s, Deployment!))
        : null;

    /// <summary>False while the controller has not read the newest wish: everything else in the status is about the one before.</summary>
    public bool IsObserved => Deployment is { } found && found.Number("status", "observedGeneration") >= found.Number("metadata", "generation");

    /// <summary>What is wrong with a pod, the worst first.</summary>
    public IEnumerable<PodTrouble> TroublesOf(JsonObject pod) => PodTrouble.In(pod, signs.GetValueOrDefault(pod.Name()), baseline.Of(pod));

    /// <summary>True for a pod that was not there before anything was applied.</summary>
    public bool IsNew(JsonObject pod) => !baseline.Has(pod);

    /// <summary>How often the pod's containers were restarted by this rollout.</summary>
    public long RestartsOf(JsonObject pod) =>
        PodTrouble.Statuses(pod).Sum(s => s.Number("restartCount") - baseline.Of(pod)(s.Text("name") ?? ""));

    /// <summary>Takes in what a watch saw.</summary>
    public void See(Resource resource, WatchEvent seen)
    {
        if (resource == Resource.Events)
        {
            foreach (var item in seen.Objects.Where(e => !seen.IsDeletion && IsAboutOurs(e)))
                SignsOf(item.Text("involvedObject", "name")!).SeeEvent(item);
            return;
        }

        var known = resource == Resource.Deployments ? deployments : resource == Resource.ReplicaSets ? replicaSets : pods;
        isListed |= known == deployments;
        if (seen.IsWhole)
            known.Clear();
        foreach (var item in seen.Objects)
            if (seen.IsDeletion)
                Forget(known, item);
            else
                Keep(known, item);
    }

    /// <summary>True when a pod's readiness probe is content.</summary>
    public static bool IsReady(JsonObject pod) => pod.Condition("Ready").Text("status") == "True";

    private void Keep(Dictionary<string, JsonObject> known, JsonObject item)
    {
        known[item.Name()] = item;
        if (known == pods)
            SignsOf(item.Name()).SeePod(item);
    }

    private void Forget(Dictionary<string, JsonObject> known, JsonObject item)
    {
        known.Remove(item.Name());
        if (known == pods)
            signs.Remove(item.Name());
    }

    // What is said of a pod may come before the pod itself, and the namespace has others.
    private bool IsAboutOurs(JsonObject said) => said.Text("involvedObject", "kind") == Resource.Pods.Kind
        && said.Text("involvedObject", "name")?.StartsWith(Deployment?.Name() ?? "", StringComparison.Ordinal) == true;

    private PodSigns SignsOf(string pod)
    {
        if (signs.TryGetValue(pod, out var said))
            return said;
        // Others whose names begin alike, a CronJob's for instance, come and go for as long as the watch lasts.
        if (signs.Count >= pods.Count + Strangers)
            foreach (var stranger in signs.Keys.Where(k => !pods.ContainsKey(k)).ToList())
                signs.Remove(stranger);
        return signs[pod] = new PodSigns();
    }

    private static bool IsGoing(JsonObject pod) => pod.Text("metadata", "deletionTimestamp") is not null;

    private static bool IsOwnedBy(JsonObject item, JsonObject owner) =>
        item.Items("metadata", "ownerReferences").Any(r => r.Text("uid") == owner.Text("metadata", "uid"));
}
