using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Migrations;

/// <summary>Runs one <c>alembic</c> command in the cluster, with the release's own image, as a Job.</summary>
internal sealed class MigrationJob(ClusterConnection cluster, StepContext context, MigrationOptions options)
{
    private const string JobLabel = "pipeline/migration";
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Runs a command and hands on what it prints. A Job of the same name that still runs is joined, never run twice.</summary>
    /// <param name="purpose">Part of the Job's name, as in <c>upgrade</c>.</param>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="line">Takes each line as it is printed.</param>
    /// <param name="cancellation">Ends the waiting; the Job itself goes on.</param>
    /// <returns>How the container ended when it did not end well; null when it did.</returns>
    /// <exception cref="FailureException">It never started, or did not end in time.</exception>
    public async Task<string?> RunAsync(string purpose, string[] command, Action<string> line, CancellationToken cancellation)
    {
        var release = context.Ledger.Current;
        var manifest = Manifest(release, purpose, command);
        var name = manifest.Name();
        await CreateAsync(manifest, cancellation);
        var started = context.Time.GetTimestamp();
        var judge = new StartJudge(context.Time);
        var followed = false;
        while (true)
        {
            var job = await cluster.FindAsync(Resource.Jobs, name, cancellation) ?? throw new FailureException($"Job/{name} was deleted by somebody while it ran.");
            var pod = await cluster.ListAsync(Resource.Pods, $"job-name={name}", cancellation) is [.., var last] ? last : null;
            if (!followed && pod.Text("status", "phase") is "Running" or "Succeeded" or "Failed")
            {
                await PodLog.FollowAsync(cluster, pod!.Name(), line, cancellation);
                followed = true;
                continue;
            }

            if (job.Condition("Complete").Text("status") == "True")
                return null;
            if (job.Condition("Failed").Text("status") == "True")
                return Ending(job, pod);
            if (pod is not null && judge.Failure(pod) is { } trouble)
                throw new FailureException($"Job/{name} cannot start: {trouble}");
            if (context.Time.GetElapsedTime(started) > options.Timeout)
                throw new FailureException($"Job/{name} did not end within {options.Timeout} (--migration-timeout) and still runs. Watch it with 'kubectl -n {cluster.Namespace} logs -f job/{name}', then run the same command again: it joins the Job.", ExitCode.NotPutBack);
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

    private static string Ending(JsonObject job, JsonObject? pod)
    {
        var ended = pod?.Items("status", "containerStatuses").FirstOrDefault()?.At("state", "terminated");
        return ended is null
            ? $"Job/{job.Name()}: {job.Condition("Failed").Text("reason")}, {job.Condition("Failed").Text("message")}"
            : $"Pod/{pod!.Name()} on node {pod.Text("spec", "nodeName")}: {ended.Text("reason")}, exit code {ended.Number("exitCode")}{(ended.Text("message") is { } message ? $" ({message})" : "")}";
    }

    private JsonObject Manifest(Release release, string purpose, string[] command)
    {
        var job = ManifestFiles.ReadMigrationJob(options.Manifests);
        if (ManifestSet.SetImage(job, options.Manifests.ImageRepository, release.Image!.Reference) == 0)
            throw new UsageException($"No container in '{ManifestFiles.MigrationJob}' has the image '{options.Manifests.ImageRepository}'. Check --image-repository.");
        var metadata = job.At("metadata")!;
        metadata["name"] = $"{job.Name()}-{release.Number}-{purpose}";
        metadata["labels"] = new JsonObject { [JobLabel] = $"{release.Number}" };
        PodTemplate.Containers(job).First()["command"] = new JsonArray([.. command.Select(c => JsonValue.Create(c))]);
        return job;
    }
}
