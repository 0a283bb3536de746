using System.Text.Json.Nodes;
using System.Threading.Channels;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Output;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Rollouts;

/// <summary>Watches a Deployment's rollout to its verdict. While nothing happens it asks the cluster nothing.</summary>
internal sealed class RolloutWatch(ClusterConnection cluster, ILogger log, TimeProvider time)
{
    // Of all events in the namespace only those about pods say what no object's status does.
    private const string AboutPods = "fieldSelector=involvedObject.kind%3DPod";

    /// <summary>Returns once every pod is new and available.</summary>
    /// <param name="deployment">The Deployment as the cluster stored it.</param>
    /// <param name="baseline">The pods before it was applied.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellation">Ends the watching; the rollout itself goes on.</param>
    /// <returns>The Deployment's revision.</returns>
    /// <exception cref="FailureException">It failed or took too long; the sentence holds all that was seen.</exception>
    public async Task<string?> FinishAsync(JsonObject deployment, PodBaseline baseline, TimeSpan timeout, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var changes = Channel.CreateUnbounded<(Resource Resource, WatchEvent Event)>();
        var sources = Task.WhenAll(
            FeedAsync(Resource.Deployments, $"fieldSelector={Uri.EscapeDataString($"metadata.name={deployment.Name()}")}", changes.Writer, over.Token),
            FeedAsync(Resource.ReplicaSets, Selector(deployment), changes.Writer, over.Token),
            FeedAsync(Resource.Pods, Selector(deployment), changes.Writer, over.Token),
            FeedAsync(Resource.Events, AboutPods, changes.Writer, over.Token));
        var news = new RolloutNews(log, deployment.Name());
        try
        {
            return await JudgeAsync(deployment, new RolloutView(baseline), news, changes.Reader, timeout, over.Token);
        }
        finally
        {
            news.End();
            await over.CancelAsync();
            await sources.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task<string?> JudgeAsync(
        JsonObject deployment, RolloutView view, RolloutNews news, ChannelReader<(Resource Resource, WatchEvent Event)> changes, TimeSpan timeout, CancellationToken cancellation)
    {
        var name = deployment.Name();
        var judge = new RolloutJudge(deployment, time);
        var started = time.GetTimestamp();
        TimeSpan? lookAgainIn = null;
        while (true)
        {
            var left = timeout - time.GetElapsedTime(started);
            await AwaitAsync(changes, lookAgainIn < left ? lookAgainIn.Value : left, cancellation);
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

    private Task<FailureException> ReportAsync(RolloutView view, RolloutLook look, string sentence, CancellationToken cancellation) =>
        new FailureReport(cluster, time).OfAsync(view, sentence, look.Failure?.Rule, cancellation);

    private string? Done(string name, RolloutView view)
    {
        log.Progress($"rollout/{name}", $"Deployment/{name}: new pods ready", view.Wanted, view.Wanted, "pods");
        log.Information("Deployment/{Name:l}: all {Count} pods run the release and serve", name, view.Wanted);
        return view.Revision;
    }

    // A grace runs out, and so does the patience, without a change in the cluster.
    private async Task AwaitAsync(ChannelReader<(Resource Resource, WatchEvent Event)> changes, TimeSpan limit, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        try
        {
            await changes.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
    }

    private async Task FeedAsync(Resource resource, string selector, ChannelWriter<(Resource Resource, WatchEvent Event)> changes, CancellationToken cancellation)
    {
        try
        {
            await foreach (var seen in new ClusterWatch(cluster, time).FollowAsync(resource, selector, cancellation))
                changes.TryWrite((resource, seen));
        }
        catch (ClusterRequestException e) when (e.IsForbidden && resource == Resource.Events)
        {
            // They tell causes earlier, and autoscalers speak through them; the verdict itself does not need them.
            log.Warning("Events cannot be watched, so that some causes are told late: {Why:l}", e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Without a right or a server there is nothing more to see; the reader ends with this error.
            changes.TryComplete(e);
        }
    }

    private static string Selector(JsonObject deployment) =>
        "labelSelector=" + Uri.EscapeDataString(string.Join(',', (deployment.At("spec", "selector", "matchLabels") ?? []).Select(l => $"{l.Key}={l.Value}")));
}
