using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Decides as early as it is certain whether a rollout failed.</summary>
/// <param name="applied">The Deployment as the cluster stored it.</param>
/// <param name="time">The clock.</param>
internal sealed class RolloutJudge(JsonObject applied, TimeProvider time)
{
    // One pod of several may be unlucky with its node for this long before it decides.
    private static readonly TimeSpan SinglePod = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CreationFailure = TimeSpan.FromSeconds(30);
    // On the way back to an older ReplicaSet, the verdict on the one before stands for a moment.
    private static readonly TimeSpan StaleDeadline = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, long> since = [];
    private readonly HashSet<string> troubles = [];

    /// <summary>The reason to give up, or null while there is hope.</summary>
    public string? Failure(RolloutView view)
    {
        if (view.IsDeleted)
            return "somebody deleted it while it was rolled out";
        if (view.Deployment is not { } deployment)
            return null;
        var others = OfOthers(deployment);
        if (others is not null || view.IsDone)
            return others;
        troubles.Clear();
        var reason = OfPods(view) ?? OfReplicaSet(view.NewReplicaSet) ?? OfDeployment(view, deployment);
        // Trouble that went away and comes again is new: quota is short for a moment in every step of a rollout.
        foreach (var over in since.Keys.Except(troubles).ToList())
            since.Remove(over);
        return reason;
    }

    private string? OfOthers(JsonObject deployment)
    {
        foreach (var container in PodTemplate.Containers(applied))
        {
            var image = PodTemplate.Containers(deployment).FirstOrDefault(c => c.Text("name") == container.Text("name")).Text("image");
            if (image != container.Text("image"))
                return $"somebody changed it while it was rolled out: container '{container.Text("name")}' is to run '{image ?? "nothing"}' instead of '{container.Text("image")}'";
        }

        return null;
    }

    private string? OfPods(RolloutView view)
    {
        // How long a container is in trouble counts, whatever its name: a crash and a pull have several names that alternate.
        var troubled = view.NewPods.Select(p => PodTrouble.In(p, view.FirstSeen(p)).FirstOrDefault())
            .Select(t => (Trouble: t, Lasts: t is null ? TimeSpan.Zero : Lasts($"Pod/{t.Pod}/{t.Container}"))).ToList();
        var certain = troubled.Where(t => t.Trouble is not null && t.Lasts >= t.Trouble.Grace).ToList();
        return certain.Count > 0 && (certain.Count == troubled.Count || certain.Any(t => t.Lasts >= SinglePod)) ? certain[0].Trouble!.ToString() : null;
    }

    // Quota, admission webhooks and invalid pods never become pods; they show here.
    private string? OfReplicaSet(JsonObject? replicaSet)
    {
        if (replicaSet?.Condition("ReplicaFailure") is not { } failure || failure.Text("status") != "True")
            return null;
        var message = failure.Text("message") ?? "";
        var grace = message.Contains(" is invalid:", StringComparison.Ordinal) ? TimeSpan.Zero : CreationFailure;
        return Lasts($"ReplicaSet/{replicaSet.Name()}") >= grace ? $"ReplicaSet/{replicaSet.Name()} cannot create pods: {message}" : null;
    }

    private string? OfDeployment(RolloutView view, JsonObject deployment) =>
        view.NewReplicaSet is { } newest && deployment.Condition("Progressing") is { } progressing
            && progressing.Text("reason") == "ProgressDeadlineExceeded" && Lasts($"Deployment/{newest.Name()}") >= StaleDeadline
            ? $"it made no progress within its progressDeadlineSeconds: {progressing.Text("message")}"
            : null;

    private TimeSpan Lasts(string trouble)
    {
        troubles.Add(trouble);
        if (!since.TryGetValue(trouble, out var first))
            since[trouble] = first = time.GetTimestamp();
        return time.GetElapsedTime(first);
    }
}
