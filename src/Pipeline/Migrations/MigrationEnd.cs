using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Ends the migrations that another run left at work: a Job lives on without the run that made it.</summary>
internal sealed class MigrationEnd(ClusterConnection cluster, StepContext context)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // A pod has its own grace to end by itself, and its node some more to say so.
    private static readonly TimeSpan Beyond = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Deletes every migration Job that has not ended, and waits until none of their pods can touch the database any more; also those of a Job
    /// that an earlier run deleted and did not see the end of.
    /// </summary>
    /// <returns>True when there was one: it may have changed the schema until its end.</returns>
    /// <exception cref="FailureException">A pod does not end in time.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var atWork = (await cluster.ListAsync(Resource.Jobs, MigrationJob.JobLabel, cancellation)).Where(MayBeAtWork).ToList();
        foreach (var job in atWork)
        {
            context.Log.Warning("Job/{Job:l} of the other run is still at work; it is deleted, and its pod has {Grace:l} to end by itself", job.Name(), DurationText.Of(Grace(job.At("spec", "template", "spec"))));
            // So that a run that is stopped while it waits leaves something to wait for.
            await cluster.DeleteInForegroundAsync(Resource.Jobs, job.Name(), cancellation);
        }

        foreach (var job in atWork)
        {
            await EndedAsync(job, cancellation);
            context.Summary.Changed($"Job/{job.Name()} of the other run: ended before its end; each revision that it had finished stays in the schema");
        }

        return atWork.Count > 0;
    }

    // One that is deleted may be called failed while its pod still has its grace.
    private static bool MayBeAtWork(JsonObject job) =>
        MigrationsAtWork.IsAtWork(job) || (job.Text("metadata", "deletionTimestamp") is not null && !JobJudge.IsTrue(job, "Complete"));

    private async Task EndedAsync(JsonObject job, CancellationToken cancellation)
    {
        var since = context.Time.GetTimestamp();
        while (await PodAtWorkAsync(job, cancellation) is { } pod)
        {
            var limit = Grace(pod.At("spec")) + Beyond;
            if (context.Time.GetElapsedTime(since) >= limit)
                throw new FailureException($"Pod/{pod.Name()} of Job/{job.Name()} on node {pod.Text("spec", "nodeName")} did not end within {DurationText.Of(limit)}, and may still change the schema. Is that node alive? Once it is certain that the pod is dead, delete it by force, then run ./build.sh Rollback again.");
            await Task.Delay(Poll, context.Time, cancellation);
        }
    }

    // Where a pod names none, the API server writes 30 seconds into it.
    private static TimeSpan Grace(JsonObject? pod) =>
        TimeSpan.FromSeconds(pod?["terminationGracePeriodSeconds"] is null ? 30 : pod.Number("terminationGracePeriodSeconds"));

    private async Task<JsonObject?> PodAtWorkAsync(JsonObject job, CancellationToken cancellation) =>
        (await cluster.ListAsync(Resource.Pods, $"job-name={job.Name()}", cancellation)).FirstOrDefault(p => p.Text("status", "phase") is not ("Succeeded" or "Failed"));
}
