using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Ends the migrations that another run left at work: a Job lives on without the run that made it.</summary>
internal sealed class MigrationEnd(ClusterConnection cluster, StepContext context)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // A pod has 30 seconds to end by itself, and its node some more to say so.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Deletes every migration Job that has not ended, and waits until none of their pods can touch the database any more.</summary>
    /// <exception cref="FailureException">A pod does not end in time.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var atWork = (await cluster.ListAsync(Resource.Jobs, MigrationJob.JobLabel, cancellation)).Where(j => j.Condition("Complete") is null && j.Condition("Failed") is null).ToList();
        foreach (var job in atWork)
        {
            context.Log.Warning("Job/{Job:l} of the other run is still at work; it is deleted", job.Name());
            await cluster.DeleteAsync(Resource.Jobs, job.Name(), cancellation);
        }

        foreach (var job in atWork)
        {
            await EndedAsync(job, cancellation);
            context.Summary.Changed($"Job/{job.Name()} of the other run: ended before its end; each revision that it had finished stays in the schema");
        }
    }

    private async Task EndedAsync(JsonObject job, CancellationToken cancellation)
    {
        var since = context.Time.GetTimestamp();
        while (await PodAtWorkAsync(job, cancellation) is { } pod)
        {
            if (context.Time.GetElapsedTime(since) >= Limit)
                throw new FailureException($"Pod/{pod.Name()} of Job/{job.Name()} on node {pod.Text("spec", "nodeName")} did not end within {DurationText.Of(Limit)}, and may still change the schema. Is that node alive? Once it is certain that the pod is dead, delete it by force, then run ./build.sh Rollback again.");
            await Task.Delay(Poll, context.Time, cancellation);
        }
    }

    private async Task<JsonObject?> PodAtWorkAsync(JsonObject job, CancellationToken cancellation) =>
        (await cluster.ListAsync(Resource.Pods, $"job-name={job.Name()}", cancellation)).FirstOrDefault(p => p.Text("status", "phase") is not ("Succeeded" or "Failed"));
}
