using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Migrations;

/// <summary>What is known of one Job, fed by watches.</summary>
/// <param name="created">The Job as the cluster stored it.</param>
/// <param name="container">The container that does the Job's work.</param>
internal sealed class JobView(JsonObject created, string container)
{
    private readonly Dictionary<string, JsonObject> pods = [];
    private readonly Dictionary<string, PodSigns> signs = [];
    private JsonObject? newest;
    private JsonObject? refusal;

    /// <summary>The Job as it is now.</summary>
    public JsonObject Job { get; private set; } = created;

    /// <summary>True once the Job is known not to be there, or to be another one of the same name.</summary>
    public bool IsGone { get; private set; }

    /// <summary>The Job's newest pod as it was seen last, although it may be gone; null before the first.</summary>
    public JsonObject? Pod => newest;

    /// <summary>The newest pod while it is not on its way out: another's trouble heals by itself.</summary>
    public JsonObject? StandingPod => newest is { } pod && pods.ContainsKey(pod.Name()) && pod.Text("metadata", "deletionTimestamp") is null ? pod : null;

    /// <summary>The status of the container in the newest pod; null while it has none.</summary>
    public JsonObject? Container => StatusOf(newest);

    /// <summary>The container's name.</summary>
    public string ContainerName => container;

    /// <summary>True once a run of the container has begun in any pod, so that the Job's work may be done in part.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Why the cluster does not create the Job's pod; null once there is one.</summary>
    public string? Refusal => pods.Count == 0 ? refusal.Text("message") : null;

    /// <summary>What is wrong with a pod, the worst first. A Job counts the restarts of its containers itself.</summary>
    public IEnumerable<PodTrouble> TroublesOf(JsonObject pod) => PodTrouble.In(
        pod, signs.GetValueOrDefault(pod.Name()), name => PodTrouble.Statuses(pod).FirstOrDefault(s => s.Text("name") == name).Number("restartCount"));

    /// <summary>Takes in what a watch saw.</summary>
    public void See(Resource resource, WatchEvent seen)
    {
        if (resource == Resource.Jobs)
            SeeJob(seen);
        else if (resource == Resource.Pods)
            SeePods(seen);
        else
            foreach (var item in seen.Objects.Where(_ => !seen.IsDeletion))
                SeeEvent(item);
    }

    private void SeeJob(WatchEvent seen)
    {
        var ours = seen.Objects.FirstOrDefault(IsOurs);
        Job = ours ?? Job;
        IsGone |= ours is null ? seen.IsWhole : seen.IsDeletion;
    }

    private void SeePods(WatchEvent seen)
    {
        if (seen.IsWhole)
            pods.Clear();
        foreach (var pod in seen.Objects.Where(p => p.Items("metadata", "ownerReferences").Any(o => o.Text("uid") == UidOf(Job))))
        {
            if (seen.IsDeletion)
                pods.Remove(pod.Name());
            else
                pods[pod.Name()] = pod;
            SignsOf(pod.Name()).SeePod(pod);
            HasBegun |= StatusOf(pod) is { } status && (JobJudge.IsRun(status.At("state")) || JobJudge.IsRun(status.At("lastState")));
            if (newest is null || newest.Name() == pod.Name() || string.CompareOrdinal(MadeAt(pod), MadeAt(newest)) >= 0)
                newest = pod;
        }
    }

    // What is said of a pod may come before the pod itself; what is said of the Job may be about another one of its name.
    private void SeeEvent(JsonObject said)
    {
        var (kind, name) = (said.Text("involvedObject", "kind"), said.Text("involvedObject", "name") ?? "");
        if (kind == Resource.Pods.Kind && name.StartsWith(Job.Name(), StringComparison.Ordinal))
            SignsOf(name).SeeEvent(said);
        else if (kind == Resource.Jobs.Kind && said.Text("involvedObject", "uid") == UidOf(Job) && said.Text("reason") == "FailedCreate")
            refusal = said;
    }

    private bool IsOurs(JsonObject job) => UidOf(job) == UidOf(Job);

    private JsonObject? StatusOf(JsonObject? pod) => pod.Items("status", "containerStatuses").FirstOrDefault(s => s.Text("name") == container);

    private PodSigns SignsOf(string pod) => signs.TryGetValue(pod, out var said) ? said : signs[pod] = new PodSigns();

    private static string? UidOf(JsonObject item) => item.Text("metadata", "uid");

    private static string? MadeAt(JsonObject pod) => pod.Text("metadata", "creationTimestamp");
}
