using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Output;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Rollouts;

/// <summary>Watches a Deployment's rollout to its verdict. While nothing happens it asks the cluster nothing.</summary>
internal sealed class RolloutWatch(ClusterConnection cluster, ILogger log, TimeProvider time)
{
    /// <summary>Returns once every pod is new and available.</summary>
    /// <param name="deployment">The Deployment as the cluster stored it.</param>
    /// <param name="baseline">The pods before it was applied.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellation">Ends the watching; the rollout itself goes on.</param>
    /// <returns>The Deployment's revision.</returns>
    /// <exception cref="FailureException">It failed or took too long; the sentence holds all that was seen.</exception>
    public async Task<string?> FinishAsync(JsonObject deployment, PodBaseline baseline, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var changes = new MergedWatch(
            cluster,
            log,
            time,
            [
                (Resource.Deployments, $"fieldSelector={Uri.EscapeDataString($"metadata.name={deployment.Name()}")}"),
                (Resource.ReplicaSets, Selector(deployment)), (Resource.Pods, Selector(deployment)), (Resource.Events, MergedWatch.AboutPods),
            ],
            cancellation);
        var news = new RolloutNews(log, deployment.Name(), time);
        try
        {
            return await JudgeAsync(deployment, new RolloutView(baseline), news, changes, timeout, cancellation);
        }
        finally
        {
            news.End();
        }
    }

    private async Task<string?> JudgeAsync(
        JsonObject deployment, RolloutView view, RolloutNews news, MergedWatch changes, TimeSpan timeout, CancellationToken cancellation)
    {
        var name = deployment.Name();
        var judge = new RolloutJudge(deployment, time);
        var started = time.GetTimestamp();
        TimeSpan? lookAgainIn = null;
        while (true)
        {
            var left = timeout - time.GetElapsedTime(started);
            await changes.AwaitAsync(lookAgainIn < left ? lookAgainIn.Value : left, cancellation);
            while (changes.TryRead(out var seen))
                view.See(seen.Resource, seen.Event);
            var look = judge.Look(view);
            lookAgainIn = look.LookAgainIn;
            news.Tell(view, look);
            var waited = time.GetElapsedTime(started);
            if (look.Failure is { } failure)
                throw await ReportAsync(view, look, $"Deployment/{name} failed after {waited.TotalSeconds:0} s: {Said(failure)}", cancellation);
            if (look.IsDone)
                return Done(name, view);
            if (waited >= timeout)
                throw await ReportAsync(view, look, $"Deployment/{name} was not rolled out within {DurationText.Of(timeout)} (--rollout-timeout): {view.Ready} of {view.Wanted} new pods are ready.", cancellation);
        }
    }

    private static string Said(RolloutFinding failure) =>
        failure.Rule.Level == VerdictLevel.Counted ? $"{failure.Sentence}, for {failure.Lasts.TotalSeconds:0} s" : failure.Sentence;

    private async Task<FailureException> ReportAsync(RolloutView view, RolloutLook look, string sentence, CancellationToken cancellation)
    {
        // Of many only a few are told: the one that decided is among them.
        var pods = view.NewPods.Where(p => !RolloutView.IsReady(p)).OrderBy(p => look.Failure?.IsOf(p.Name()) != true).Select(p => TroubledPod.Of(p, view.TroublesOf(p).FirstOrDefault())).ToList();
        var evidence = await new FailureEvidence(cluster, time).OfAsync(pods, view.NewReplicaSet?.Name(), look.Failure?.Rule, cancellation);
        return new FailureException(string.Join(Environment.NewLine, [sentence, .. evidence]));
    }

    private string? Done(string name, RolloutView view)
    {
        log.Progress($"rollout/{name}", $"Deployment/{name}: new pods ready", view.Wanted, view.Wanted, "pods");
        log.Information("Deployment/{Name:l}: all {Count} pods run the release and serve", name, view.Wanted);
        return view.Revision;
    }

    private static string Selector(JsonObject deployment) =>
        "labelSelector=" + Uri.EscapeDataString(string.Join(',', (deployment.At("spec", "selector", "matchLabels") ?? []).Select(l => $"{l.Key}={l.Value}")));
}
