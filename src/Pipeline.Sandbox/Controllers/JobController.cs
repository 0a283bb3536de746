using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Runs a Job's pods until enough of them ended well, or too many did not.</summary>
internal sealed class JobController(ClusterStore store, ObjectWriter writer, TimeProvider time) : Controller(store, time)
{
    private const int DefaultRetries = 6;
    private static readonly TimeSpan FirstRetryPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastRetryPause = TimeSpan.FromMinutes(6);
    private readonly EventRecorder events = new(writer, "job-controller");

    protected override IEnumerable<ResourceKind> Watched => [ResourceKind.Jobs, ResourceKind.Pods];

    protected override IEnumerable<ObjectKey> KeysOf(StoreChange change) =>
        change.Object.Kind == ResourceKind.Jobs ? [ObjectKey.Of(change.Object)]
        : change.Object.ControllerKey(ResourceKind.Jobs) is { } owner ? [owner] : [];

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Find(key.Kind, key.Namespace, key.Name) is not { } job || job.IsDeleting())
            return null;
        if (EndOf(job) is { } ended)
            return Forget(job, ended);
        var pods = Store.List(ResourceKind.Pods, job.Namespace).Items.Where(p => p.IsControlledBy(job)).ToList();
        var counts = JobCounts.Of(pods);
        if (job.Content.Text("status", "startTime") is null)
            Write(job, counts, status => status["startTime"] = writer.Now());
        job = Store.Find(key.Kind, key.Namespace, key.Name)!;
        if (Failure(job, pods, counts) is var (reason, message))
            return Fail(job, pods, counts, reason, message);
        return IsComplete(job, counts) ? Complete(job, counts) : GoOn(job, pods, counts);
    }

    private (string Reason, string Message)? Failure(StoredObject job, List<StoredObject> pods, JobCounts counts)
    {
        var retries = job.Content.Text("spec", "backoffLimit") is null ? DefaultRetries : job.Content.Number("spec", "backoffLimit");
        // A container that is restarted in its pod fails without a failed pod.
        var restarts = job.Content.Text("spec", "template", "spec", "restartPolicy") == "OnFailure"
            ? pods.Where(p => p.Content.Text("status", "phase") is "Running" or "Pending").Sum(p => p.Content.Restarts()) : 0;
        if (counts.Failed > retries || (restarts > 0 && restarts >= retries))
            return ("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        return UntilDeadline(job) is { } left && left <= TimeSpan.Zero ? ("DeadlineExceeded", "Job was active longer than specified deadline") : null;
    }

    private TimeSpan? Fail(StoredObject job, List<StoredObject> pods, JobCounts counts, string reason, string message)
    {
        foreach (var pod in pods.Where(p => p.Content.IsActive()))
        {
            writer.Delete(pod, Time);
            events.Normal(job, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
        }

        Write(job, counts with { Failed = counts.Failed + counts.Active, Active = 0 }, status => End(status, "Failed", reason, message));
        events.Warning(job, reason, message);
        return null;
    }

    private TimeSpan? Complete(StoredObject job, JobCounts counts)
    {
        Write(job, counts with { Active = 0 }, status =>
        {
            End(status, "Complete", null, null);
            status["completionTime"] = writer.Now();
        });
        events.Normal(job, "Completed", "Job completed");
        return null;
    }

    private TimeSpan? GoOn(StoredObject job, List<StoredObject> pods, JobCounts counts)
    {
        var missing = Wanted(job, counts) - counts.Active;
        var pause = missing > 0 ? RetryPause(pods, counts) : null;
        if (pause is null)
        {
            for (; missing > 0; missing--)
            {
                var pod = writer.Create(ResourceKind.Pods, job.Namespace, Labelled(job));
                events.Normal(job, "SuccessfulCreate", $"Created pod: {pod.Name}");
                counts = counts with { Active = counts.Active + 1 };
            }

            foreach (var surplus in pods.Where(p => p.Content.IsActive()).OrderBy(p => p, new LeastWanted(Time)).Take((int)Math.Max(0, -missing)))
                writer.Delete(surplus, Time);
        }

        Write(job, counts, _ => { });
        return new[] { pause, UntilDeadline(job) }.Min();
    }

    private static long Wanted(StoredObject job, JobCounts counts)
    {
        var parallel = job.Content.Text("spec", "parallelism") is null ? 1 : job.Content.Number("spec", "parallelism");
        if (IsQueue(job))
            return counts.Succeeded > 0 ? counts.Active : parallel;
        return Math.Min(parallel, Completions(job) - counts.Succeeded);
    }

    private static bool IsComplete(StoredObject job, JobCounts counts) =>
        IsQueue(job) ? counts.Succeeded > 0 && counts.Active == 0 : counts.Succeeded >= Completions(job);

    // Parallelism without completions: the pods themselves know when the work is done.
    private static bool IsQueue(StoredObject job) => job.Content.Text("spec", "completions") is null && job.Content.Text("spec", "parallelism") is not null;

    private static long Completions(StoredObject job) => job.Content.Text("spec", "completions") is null ? 1 : job.Content.Number("spec", "completions");

    private TimeSpan? RetryPause(List<StoredObject> pods, JobCounts counts)
    {
        if (counts.Failed == 0)
            return null;
        var last = pods.Where(p => p.Content.Text("status", "phase") == "Failed").SelectMany(p => p.Content.Items("status", "containerStatuses"))
            .Select(s => PodFacts.TimeOf(s.Text("state", "terminated", "finishedAt"))).Max() ?? Time.GetUtcNow();
        var pause = TimeSpan.FromTicks(Math.Min(LastRetryPause.Ticks, FirstRetryPause.Ticks << (int)Math.Min(counts.Failed - 1, 10)));
        var left = last + pause - Time.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    private TimeSpan? UntilDeadline(StoredObject job) =>
        job.Content.Text("spec", "activeDeadlineSeconds") is not null && PodFacts.TimeOf(job.Content.Text("status", "startTime")) is { } started
            ? started + TimeSpan.FromSeconds(job.Content.Number("spec", "activeDeadlineSeconds")) - Time.GetUtcNow() : null;

    private static JsonObject? EndOf(StoredObject job) =>
        job.Content.Items("status", "conditions").FirstOrDefault(c => c.Text("type") is "Complete" or "Failed" && c.Text("status") == "True");

    private TimeSpan? Forget(StoredObject job, JsonObject ended)
    {
        if (job.Content.Text("spec", "ttlSecondsAfterFinished") is null || PodFacts.TimeOf(ended.Text("lastTransitionTime")) is not { } since)
            return null;
        var left = since + TimeSpan.FromSeconds(job.Content.Number("spec", "ttlSecondsAfterFinished")) - Time.GetUtcNow();
        if (left > TimeSpan.Zero)
            return left;
        writer.Delete(job, Time, isForeground: true);
        return null;
    }

    // The API server labels the template when a Job is created; one that came another way is labelled here.
    private static JsonObject Labelled(StoredObject job)
    {
        var pod = PodFromTemplate.Make(job, $"{job.Name}-");
        var metadata = pod.At("metadata")!;
        var labels = metadata.At("labels") ?? (JsonObject)(metadata["labels"] = new JsonObject());
        labels["job-name"] = job.Name;
        labels["controller-uid"] = job.Uid();
        return pod;
    }

    private void End(JsonObject status, string type, string? reason, string? message)
    {
        var condition = new JsonObject { ["type"] = type, ["status"] = "True", ["lastProbeTime"] = writer.Now() };
        if (reason is not null)
            (condition["reason"], condition["message"]) = (reason, message);
        Conditions.Set(status, condition, writer.Now());
    }

    private void Write(StoredObject job, JobCounts counts, Action<JsonObject> more) => writer.Update(job.Kind, job.Namespace, job.Name, content =>
    {
        var status = content.At("status")?.DeepClone() as JsonObject ?? [];
        Scale.SetUnlessZero(status, "active", counts.Active);
        Scale.SetUnlessZero(status, "succeeded", counts.Succeeded);
        Scale.SetUnlessZero(status, "failed", counts.Failed);
        more(status);
        content["status"] = status;
    });
}
