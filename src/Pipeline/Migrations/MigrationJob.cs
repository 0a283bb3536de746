using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Runs one <c>alembic</c> command in the cluster, with the release's own image, as a Job.</summary>
internal sealed class MigrationJob(ClusterConnection cluster, StepContext context, MigrationOptions options)
{
    private const string JobLabel = "pipeline/migration";
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Runs a command and hands on what it prints. A Job of the same name that still runs is joined, never run twice.</summary>
    /// <param name="purpose">Part of the Job's name, as in <c>upgrade</c>.</param>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="changesSchema">False for a command that only reads: whatever becomes of it, nothing was changed.</param>
    /// <param name="line">Takes each line as it is printed.</param>
    /// <param name="cancellation">Ends the waiting; the Job itself goes on.</param>
    /// <returns>How the container ended when it did not end well; null when it did.</returns>
    /// <exception cref="FailureException">It never started, or did not end in time.</exception>
    public async Task<string?> RunAsync(string purpose, string[] command, bool changesSchema, Action<string> line, CancellationToken cancellation)
    {
        var manifest = Manifest(context.Ledger.Current, purpose, command);
        await CreateAsync(manifest, cancellation);
        var started = context.Time.GetTimestamp();
        var judge = new StartJudge(context.Time);
        var log = new JobLog(cluster, context, line);
        while (true)
        {
            var job = await FindAsync(manifest.Name(), cancellation);
            var pod = await PodOfAsync(job, cancellation);
            var left = options.Timeout - context.Time.GetElapsedTime(started);
            if (pod.Text("status", "phase") is "Running" or "Succeeded" or "Failed" && left > TimeSpan.Zero
                && await log.FollowAsync(pod!.Name(), ContainerOf(manifest).Text("name")!, left, cancellation))
                continue;
            if (job.Condition("Complete").Text("status") == "True")
                return null;
            if (job.Condition("Failed").Text("status") == "True")
                return Ending(job, pod);
            if (pod is not null && judge.Failure(pod) is { } trouble)
                throw await CannotStartAsync(job, trouble, cancellation);
            if (left <= TimeSpan.Zero)
                throw new FailureException($"Job/{job.Name()} did not end within {DurationText.Of(options.Timeout)} (--migration-timeout) and still runs. Watch it with 'kubectl -n {cluster.Namespace} logs -f job/{job.Name()}', then run the same command again: it joins the Job.", changesSchema ? ExitCode.NotPutBack : ExitCode.Failed);
            await Task.Delay(Poll, context.Time, cancellation);
        }
    }

    /// <summary>Forgets the Jobs of earlier releases; their logs were shown when they ran.</summary>
    public async Task DeleteOldAsync(CancellationToken cancellation)
    {
        foreach (var job in await cluster.ListAsync(Resource.Jobs, $"{JobLabel},{JobLabel}!={context.Ledger.Current.Number}", cancellation))
            if (job.Number("status", "active") == 0)
                await cluster.DeleteAsync(Resource.Jobs, job.Name(), cancellation);
    }

    private async Task CreateAsync(JsonObject manifest, CancellationToken cancellation)
    {
        while (await cluster.FindAsync(Resource.Jobs, manifest.Name(), cancellation) is { } existing)
        {
            if (existing.Text("metadata", "deletionTimestamp") is null)
            {
                if (existing.Condition("Complete") is null && existing.Condition("Failed") is null)
                {
                    context.Log.Information("Job/{Name} of an earlier run still runs; joining it", manifest.Name());
                    return;
                }

                // A Job cannot be changed; what an earlier attempt left makes room for this one.
                await cluster.DeleteAsync(Resource.Jobs, manifest.Name(), cancellation);
            }

            await Task.Delay(Poll, context.Time, cancellation);
        }

        await cluster.CreateAsync(Resource.Jobs, manifest, cancellation);
    }

    private async Task<JsonObject> FindAsync(string name, CancellationToken cancellation) =>
        await cluster.FindAsync(Resource.Jobs, name, cancellation) ?? throw new FailureException($"Job/{name} was deleted by somebody while it ran.");

    // A Job of the same name that was deleted may have left its pod for a while.
    private async Task<JsonObject?> PodOfAsync(JsonObject job, CancellationToken cancellation) =>
        (await cluster.ListAsync(Resource.Pods, $"job-name={job.Name()}", cancellation))
            .Where(p => p.Items("metadata", "ownerReferences").Any(o => o.Text("uid") == job.Text("metadata", "uid")))
            .MaxBy(p => p.Text("metadata", "creationTimestamp"), StringComparer.Ordinal);

    // Left there, it would migrate on some later day, when what it waits for arrives and nobody watches.
    private async Task<FailureException> CannotStartAsync(JsonObject job, PodTrouble trouble, CancellationToken cancellation)
    {
        await cluster.DeleteAsync(Resource.Jobs, job.Name(), cancellation);
        return new FailureException($"Job/{job.Name()} cannot start: {trouble}. It was removed; nothing was migrated. {trouble.Rule.Hint}");
    }

    private static string Ending(JsonObject job, JsonObject? pod) => $"{How(job, pod)}{(HintOf(job) is { } hint ? $". {hint.TrimEnd('.')}" : "")}";

    private static string? HintOf(JsonObject job) =>
        VerdictRules.All.FirstOrDefault(r => r.Condition == job.Condition("Failed").Text("reason"))?.Hint;

    private static string How(JsonObject job, JsonObject? pod)
    {
        var ended = (pod is null ? [] : PodTrouble.Statuses(pod)).Select(s => s.At("state", "terminated")).FirstOrDefault(t => t.Number("exitCode") != 0);
        return ended is null
            ? $"Job/{job.Name()}: {job.Condition("Failed").Text("reason")}, {job.Condition("Failed").Text("message")}"
            : $"Pod/{pod!.Name()} on node {pod.Text("spec", "nodeName")}: {ended.Text("reason")}, {ContainerExit.Of(ended.Number("exitCode"))}{(ended.Text("message") is { } message ? $" ({message})" : "")}";
    }

    private JsonObject Manifest(Release release, string purpose, string[] command)
    {
        var job = ManifestFiles.ReadMigrationJob(options.Manifests);
        if (ManifestSet.SetImage(job, options.Manifests.ImageRepository, release.Image!.Reference) == 0)
            throw new UsageException($"No container in '{ManifestFiles.MigrationJob}' has the image '{options.Manifests.ImageRepository}'. Check --image-repository.");
        var metadata = job.At("metadata")!;
        metadata["name"] = $"{job.Name()}-{release.Number}-{purpose}";
        if (metadata["labels"] is not JsonObject)
            metadata["labels"] = new JsonObject();
        metadata["labels"]![JobLabel] = $"{release.Number}";
        var container = ContainerOf(job);
        container["command"] = new JsonArray([.. command.Select(c => JsonValue.Create(c))]);
        container.Remove("args");
        return job;
    }

    // Beside it may stand a proxy to the database.
    private JsonObject ContainerOf(JsonObject job) =>
        PodTemplate.Containers(job).First(c => c.Text("image") == context.Ledger.Current.Image!.Reference);
}
