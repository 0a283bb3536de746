using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>What a Deployment says of itself: counts, and how the rollout goes.</summary>
internal sealed class DeploymentStatus(StoredObject deployment, ReplicaSets sets, ObjectWriter writer, TimeProvider time)
{
    private const string Complete = "NewReplicaSetAvailable";
    private const string Deadline = "ProgressDeadlineExceeded";
    private const long DefaultDeadline = 600;
    private readonly JsonObject before = deployment.Content.At("status") ?? [];
    private readonly JsonObject status = deployment.Content.At("status")?.DeepClone() as JsonObject ?? [];
    private readonly long wanted = Scale.Wanted(deployment.Content);

    private long DeadlineSeconds => deployment.Content.Text("spec", "progressDeadlineSeconds") is null ? DefaultDeadline : deployment.Content.Number("spec", "progressDeadlineSeconds");

    private JsonObject? Progressing => new JsonObject { ["status"] = status.DeepClone() }.Condition("Progressing");

    private bool IsPaused => deployment.Content.Text("spec", "paused") == "true";

    public void Created(StoredObject set) => Progress("True", "NewReplicaSetCreated", $"Created new replica set \"{set.Name}\"");

    public void Found(StoredObject set)
    {
        if (Progressing is null)
            Progress("True", "FoundNewReplicaSet", $"Found new replica set \"{set.Name}\"");
    }

    /// <summary>Why there is no new set; null when nothing was refused.</summary>
    public ApiException? Refusal { get; private set; }

    public void Refused(ApiException refusal)
    {
        Refusal = refusal;
        Set("Progressing", "False", "ReplicaSetCreateError", $"Failed to create new replica set: {refusal.Message}");
    }

    public void Collided() => status["collisionCount"] = status.Number("collisionCount") + 1;

    /// <summary>True when every pod is new and available.</summary>
    public bool IsComplete() => sets.New is { } newest && newest.Content.Number("status", "replicas") == wanted
        && sets.All.Sum(s => s.Content.Number("status", "replicas")) == wanted && sets.Available == wanted;

    /// <summary>Writes it.</summary>
    /// <returns>When the rollout's time is over; null when no time runs.</returns>
    public TimeSpan? Write()
    {
        Count();
        Availability();
        Pausing();
        if (!IsPaused && sets.New is not null && !deployment.IsDeleting())
            JudgeProgress(sets.New);
        CopyFailure();
        var revision = sets.New is { } newest ? ReplicaSets.RevisionOf(newest) : 0;
        writer.Update(deployment.Kind, deployment.Namespace, deployment.Name, content =>
        {
            content["status"] = status.DeepClone();
            if (revision > 0 && !deployment.IsDeleting())
                (content.At("metadata", "annotations") ?? (JsonObject)(content.At("metadata")!["annotations"] = new JsonObject()))[ReplicaSets.Revision] = $"{revision}";
        });
        return UntilDeadline();
    }

    private void Count()
    {
        var available = sets.Available;
        status["observedGeneration"] = deployment.Content.Number("metadata", "generation");
        Scale.SetUnlessZero(status, "replicas", sets.All.Sum(s => s.Content.Number("status", "replicas")));
        Scale.SetUnlessZero(status, "updatedReplicas", sets.New?.Content.Number("status", "replicas") ?? 0);
        Scale.SetUnlessZero(status, "readyReplicas", sets.All.Sum(s => s.Content.Number("status", "readyReplicas")));
        Scale.SetUnlessZero(status, "availableReplicas", available);
        Scale.SetUnlessZero(status, "unavailableReplicas", Math.Max(0, sets.Asked - available));
    }

    private void Availability()
    {
        var isEnough = sets.Available >= wanted - RollingUpdate.Of(deployment.Content).Unavailable;
        Set("Available", isEnough ? "True" : "False",
            isEnough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isEnough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.");
    }

    private void Pausing()
    {
        if (IsPaused && Progressing.Text("reason") is not ("DeploymentPaused" or Deadline))
            Progress("Unknown", "DeploymentPaused", "Deployment is paused");
        else if (!IsPaused && Progressing.Text("reason") is "DeploymentPaused")
            Progress("Unknown", "DeploymentResumed", "Deployment is resumed");
    }

    private void JudgeProgress(StoredObject newest)
    {
        // Finished once, a rollout stays finished: a pod that falls over later is no rollout.
        if (Progressing.Text("reason") == Complete && status.Number("replicas") == status.Number("updatedReplicas"))
            return;
        if (IsComplete())
            Progress("True", Complete, $"ReplicaSet \"{newest.Name}\" has successfully progressed.");
        else if (HasMoved())
            Progress("True", "ReplicaSetUpdated", $"ReplicaSet \"{newest.Name}\" is progressing.");
        else if (UntilDeadline() is { } left && left <= TimeSpan.Zero)
            Progress("False", Deadline, $"ReplicaSet \"{newest.Name}\" has timed out progressing.");
    }

    private bool HasMoved()
    {
        return Moved("updatedReplicas") || Moved("readyReplicas") || Moved("availableReplicas") || Left(status) < Left(before);

        bool Moved(string count) => status.Number(count) > before.Number(count);

        static long Left(JsonObject of) => of.Number("replicas") - of.Number("updatedReplicas");
    }

    private TimeSpan? UntilDeadline()
    {
        if (IsPaused || Progressing is not { } progressing || progressing.Text("reason") is Complete or Deadline || PodFacts.TimeOf(progressing.Text("lastUpdateTime")) is not { } since)
            return null;
        // Times are whole seconds; one more makes sure that the time is really over.
        return since + TimeSpan.FromSeconds(DeadlineSeconds + 1) - time.GetUtcNow();
    }

    private void CopyFailure()
    {
        var failure = sets.All.Where(s => s.Name == sets.New?.Name || Scale.Wanted(s.Content) > 0).Reverse()
            .Select(s => s.Content.Condition("ReplicaFailure")).FirstOrDefault(c => c is not null);
        if (failure is null)
            Conditions.Remove(status, "ReplicaFailure");
        else if (deployment.Content.Condition("ReplicaFailure") is null)
            Set("ReplicaFailure", "True", failure.Text("reason")!, failure.Text("message")!);
    }

    private void Progress(string value, string reason, string message) => Set("Progressing", value, reason, message, isNews: true);

    private void Set(string type, string value, string reason, string message, bool isNews = false)
    {
        var known = new JsonObject { ["status"] = status.DeepClone() }.Condition(type);
        if (!isNews && known.Text("status") == value && known.Text("reason") == reason)
            return;
        Conditions.Set(status, new JsonObject { ["type"] = type, ["status"] = value, ["lastUpdateTime"] = writer.Now(), ["reason"] = reason, ["message"] = message }, writer.Now());
    }
}
