using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Incidents;
using Pipeline.Rollouts;

namespace Pipeline.Migrations;

/// <summary>Why a Job did not do its work.</summary>
/// <param name="Sentence">Pod, node, container, reason and exit code, without a full stop.</param>
/// <param name="Evidence">Last log lines, events and one hint, a line each.</param>
internal sealed record JobFailure(string Sentence, IReadOnlyList<string> Evidence)
{
    /// <summary>Reads what the cluster knows of a Job that gave up or will never start.</summary>
    public static async Task<JobFailure> ReadAsync(ClusterConnection cluster, TimeProvider time, JobEnd end, CancellationToken cancellation)
    {
        var (job, pod) = (end.View.Job, end.View.Pod);
        var ended = end.Trouble is null ? EndedIn(pod) : null;
        var state = ended.At("state", "terminated");
        var rule = end.Trouble?.Rule ?? VerdictRules.All.FirstOrDefault(r => r.Condition == state.Text("reason")) ?? VerdictRules.All.FirstOrDefault(r => r.Condition == job.Condition("Failed").Text("reason"));
        var pods = pod is null ? (TroubledPod[])[] : [new TroubledPod(pod.Name(), ended.Text("name") ?? (end.View.HasBegun ? end.View.ContainerName : null), null)];
        var evidence = await new FailureEvidence(cluster, time).OfAsync(pods, job.Name(), rule, cancellation);
        // Whoever ends a Job takes its pod away, and the log with it.
        var lines = evidence.Any(e => e.StartsWith("    log", StringComparison.Ordinal)) ? [] : end.LastLines.Select(l => $"    log  {l}");
        return new JobFailure(end.Trouble?.Sentence ?? EvidenceMask.Without(How(job, pod, ended)), [.. lines, .. evidence]);
    }

    private static JsonObject? EndedIn(JsonObject? pod) =>
        (pod is null ? [] : PodTrouble.Statuses(pod)).FirstOrDefault(s => s.At("state", "terminated").Number("exitCode") != 0);

    // A Job that ran into its deadline ends its container too, and that is not why it failed.
    private static string How(JsonObject job, JsonObject? pod, JsonObject? status)
    {
        var (failed, ended) = (job.Condition("Failed"), status.At("state", "terminated"));
        var who = pod is null ? "" : $"Pod/{pod.Name()} on {(pod.Text("spec", "nodeName") is { } node ? $"node {node}" : "no node")}";
        if (failed.Text("reason") == VerdictRules.DeadlineExceeded.Condition || (ended is null && pod.Text("status", "reason") is null))
            return $"Job/{job.Name()}: {failed.Text("reason")}, {failed.Text("message")}{(who.Length > 0 ? $" ({who})" : "")}";
        return ended is null
            ? $"{who}: {pod.Text("status", "reason")}, {pod.Text("status", "message")}"
            : $"{who}, container '{status.Text("name")}': {ended.Text("reason")}, {ContainerExit.Of(ended.Number("exitCode"))}{(ended.Text("message") is { } message ? $" ({message.Trim()})" : "")}";
    }
}
