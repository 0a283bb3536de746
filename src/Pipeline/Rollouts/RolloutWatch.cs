using System.Text.Json.Nodes;
using System.Threading.Channels;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Output;
using Pipeline.Releases;

namespace Pipeline.Rollouts;

/// <summary>Watches a Deployment's rollout to its verdict.</summary>
internal sealed class RolloutWatch(ClusterConnection cluster, StepContext context)
{
    // A grace runs out without an event.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Returns once every pod is new and available.</summary>
    /// <param name="deployment">The Deployment as the cluster stored it.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellation">Ends the watching; the rollout itself goes on.</param>
    /// <returns>The Deployment's revision.</returns>
    /// <exception cref="FailureException">It failed or took too long; the sentence holds all that was seen.</exception>
    public async Task<string?> FinishAsync(JsonObject deployment, TimeSpan timeout, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var events = Channel.CreateUnbounded<(Resource Resource, WatchEvent Event)>();
        var sources = Task.WhenAll(
            FeedAsync(Resource.Deployments, $"fieldSelector={Uri.EscapeDataString($"metadata.name={deployment.Name()}")}", events.Writer, over.Token),
            FeedAsync(Resource.ReplicaSets, Selector(deployment), events.Writer, over.Token),
            FeedAsync(Resource.Pods, Selector(deployment), events.Writer, over.Token));
        try
        {
            return await JudgeAsync(deployment, events.Reader, timeout, over.Token);
        }
        finally
        {
            await over.CancelAsync();
            await sources.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task<string?> JudgeAsync(JsonObject deployment, ChannelReader<(Resource Resource, WatchEvent Event)> events, TimeSpan timeout, CancellationToken cancellation)
    {
        var name = deployment.Name();
        var view = new RolloutView();
        var judge = new RolloutJudge(deployment, context.Time);
        var started = context.Time.GetTimestamp();
        while (true)
        {
            await AwaitAsync(events, cancellation);
            while (events.TryRead(out var seen))
                view.See(seen.Resource, seen.Event);
            var waited = context.Time.GetElapsedTime(started);
            if (judge.Failure(view) is { } reason)
                throw await new FailureReport(cluster, context.Time).OfAsync(view, $"Deployment/{name} failed after {waited.TotalSeconds:0} s: {reason}", cancellation);
            if (view.IsDone)
                return Done(name, view);
            if (view.Deployment is not null)
                Show(name, view.Ready, view.Wanted);
            if (waited > timeout)
                throw await new FailureReport(cluster, context.Time).OfAsync(view, $"Deployment/{name} was not rolled out within {timeout} (--rollout-timeout): {view.Ready} of {view.Wanted} new pods are ready.", cancellation);
        }
    }

    private void Show(string name, long ready, long wanted) =>
        context.Log.Progress($"rollout/{name}", $"Deployment/{name}: new pods ready", ready, wanted, "pods");

    private string? Done(string name, RolloutView view)
    {
        Show(name, view.Wanted, view.Wanted);
        context.Log.Information("Deployment/{Name:l}: all {Count} pods run the release and serve", name, view.Wanted);
        return view.Revision;
    }

    private async Task AwaitAsync(ChannelReader<(Resource Resource, WatchEvent Event)> events, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Tick, context.Time);
        using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await events.WaitToReadAsync(tick.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
    }

    private async Task FeedAsync(Resource resource, string selector, ChannelWriter<(Resource Resource, WatchEvent Event)> events, CancellationToken cancellation)
    {
        try
        {
            await foreach (var seen in new ClusterWatch(cluster, context.Time).FollowAsync(resource, selector, cancellation))
                events.TryWrite((resource, seen));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Without a right or a server there is nothing more to see; the reader ends with this error.
            events.TryComplete(e);
        }
    }

    private static string Selector(JsonObject deployment) =>
        "labelSelector=" + Uri.EscapeDataString(string.Join(',', (deployment.At("spec", "selector", "matchLabels") ?? []).Select(l => $"{l.Key}={l.Value}")));
}
