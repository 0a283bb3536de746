using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Decides as early as it is certain whether a rollout failed.</summary>
internal sealed class RolloutJudge(TimeProvider time)
{
    // One pod of several may be unlucky with its node for this long before it decides.
    private static readonly TimeSpan SinglePod = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CreationFailure = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, long> since = [];

    /// <summary>The reason to give up, or null while there is hope.</summary>
    public string? Failure(RolloutView view)
    {
        if (view.Deployment is not { } deployment)
            return null;
        var troubled = view.NewPods.Select(p => (Pod: p.Name(), Trouble: PodTrouble.In(p).FirstOrDefault())).ToList();
        var certain = troubled.Where(t => t.Trouble is not null && Lasts($"{t.Pod}/{t.Trouble.Reason}") >= t.Trouble.Grace).Select(t => t.Trouble!).ToList();
        if (certain.Count > 0 && (certain.Count == troubled.Count || certain.Any(t => Lasts($"{t.Pod}/{t.Reason}") >= SinglePod)))
            return certain[0].ToString();
        return OfReplicaSet(view.NewReplicaSet) ?? OfDeployment(view, deployment);
    }

    // Quota, admission webhooks and invalid pods never become pods; they show here.
    private string? OfReplicaSet(JsonObject? replicaSet)
    {
        if (replicaSet?.Condition("ReplicaFailure") is not { } failure || failure.Text("status") != "True")
            return null;
        var message = failure.Text("message") ?? "";
        var grace = message.Contains(" is invalid:", StringComparison.Ordinal) ? TimeSpan.Zero : CreationFailure;
        return Lasts($"{replicaSet.Name()}/{failure.Text("reason")}") >= grace ? $"ReplicaSet/{replicaSet.Name()} cannot create pods: {message}" : null;
    }

    private static string? OfDeployment(RolloutView view, JsonObject deployment) =>
        view.NewReplicaSet is not null && deployment.Condition("Progressing") is { } progressing && progressing.Text("reason") == "ProgressDeadlineExceeded"
            ? $"it made no progress within its progressDeadlineSeconds: {progressing.Text("message")}"
            : null;

    private TimeSpan Lasts(string trouble)
    {
        if (!since.TryGetValue(trouble, out var first))
            since[trouble] = first = time.GetTimestamp();
        return time.GetElapsedTime(first);
    }
}
