using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Recognises why the newest ReplicaSet cannot create pods. Quota, admission and invalid templates never become pods; they show here.</summary>
internal static class CreationTrouble
{
    /// <summary>The rule and the cluster's sentence, or null when pods are created.</summary>
    /// <param name="view">What is known of the rollout.</param>
    /// <param name="isRoomComing">True when old pods went, or were to go, since the quota was full: the controller tries again with a pause that grows.</param>
    public static (VerdictRule Rule, string Message)? In(RolloutView view, bool isRoomComing)
    {
        // A ReplicaSet that serves again keeps what was said of it until its controller has looked.
        if (view.NewReplicaSet is not { } newest || newest.Number("status", "observedGeneration") < newest.Number("metadata", "generation")
            || newest.Condition("ReplicaFailure") is not { } failure || failure.Text("status") != "True")
            return null;
        var message = failure.Text("message") ?? "";
        return (RuleOf(message, isRoomComing || OldPodsMayGo(view)), message);
    }

    /// <summary>The same for the ReplicaSet itself, of which its controller reports nothing but a condition of the Deployment.</summary>
    /// <param name="view">What is known of the rollout.</param>
    /// <param name="applied">The Deployment as it was stored, perhaps with what was said of the rollout before.</param>
    public static (VerdictRule Rule, string Message)? OfSet(RolloutView view, JsonObject applied)
    {
        if (view.IsObserved || view.Deployment?.Condition("Progressing") is not { } progressing || progressing.Text("reason") != "ReplicaSetCreateError")
            return null;
        var message = progressing.Text("message") ?? "";
        var isOld = applied.Condition("Progressing").Text("lastUpdateTime") == progressing.Text("lastUpdateTime");
        return (isOld ? VerdictRules.PodCreationFailing : RuleOf(message, mayFindRoom: false), message);
    }

    /// <summary>The rule that a refusal to create a pod is under.</summary>
    /// <param name="message">What the API server said to the controller.</param>
    /// <param name="mayFindRoom">True when a full quota may empty by itself.</param>
    public static VerdictRule RuleOf(string message, bool mayFindRoom) => message switch
    {
        // An API server that has just started, and a quota that is just made, refuse everything for some seconds.
        _ when Says(message, "not yet ready to handle request") || Says(message, "status unknown for quota") => VerdictRules.PodCreationFailing,
        _ when Says(message, "exceeded quota") => mayFindRoom ? VerdictRules.QuotaAwaited : VerdictRules.QuotaExceeded,
        _ when Says(message, "is invalid:") => VerdictRules.InvalidPod,
        _ when Says(message, "failed calling webhook") => VerdictRules.AdmissionUnreachable,
        _ when Says(message, "error looking up service account") => VerdictRules.ServiceAccountMissing,
        // Webhooks, PodSecurity, PodSecurityPolicy and LimitRange all end in "forbidden" or "denied the request".
        _ when Says(message, "is forbidden:") || Says(message, "denied the request") => VerdictRules.AdmissionDenied,
        _ => VerdictRules.PodCreationFailing,
    };

    /// <summary>True when the rollout itself will end old pods although no new one came: then a full quota empties.</summary>
    private static bool OldPodsMayGo(RolloutView view)
    {
        if (view.Ending.Any())
            return true;
        if (view.OldPods.Count == 0)
            return false;
        // Once it serves, an old one goes.
        if (view.IsStarting)
            return true;
        var available = view.Deployment.Number("status", "availableReplicas");
        return view.Deployment.Text("spec", "strategy", "type") == "Recreate" || view.OldPods.Any(p => !RolloutView.IsReady(p)) || available > view.Wanted - MayBeMissing(view);
    }

    private static long MayBeMissing(RolloutView view)
    {
        var rolling = view.Deployment.At("spec", "strategy", "rollingUpdate");
        var missing = Resolve(rolling.Text("maxUnavailable") ?? "25%", view.Wanted, up: false);
        // The controller never lets both be zero, for nothing could move then.
        return missing == 0 && Resolve(rolling.Text("maxSurge") ?? "25%", view.Wanted, up: true) == 0 ? 1 : missing;
    }

    // 1, or 25%
    private static long Resolve(string amount, long wanted, bool up)
    {
        if (!amount.EndsWith('%'))
            return long.TryParse(amount, out var count) ? count : 0;
        var part = double.TryParse(amount[..^1], out var percent) ? percent * wanted / 100 : 0;
        return (long)(up ? Math.Ceiling(part) : Math.Floor(part));
    }

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
