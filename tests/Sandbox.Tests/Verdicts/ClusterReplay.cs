using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Rollouts;
using Pipeline.Sandbox.Cluster;
using Sandbox.Tests.Cluster;
using Serilog;

namespace Sandbox.Tests.Verdicts;

/// <summary>What a watch over HTTP made of a situation.</summary>
/// <param name="Outcome"><c>failed</c>, <c>done</c>, or <c>waiting</c> when nothing was decided in its time.</param>
/// <param name="At">When it was decided, after the Deployment was applied.</param>
/// <param name="Text">What the failure says; empty when it did not fail.</param>
internal sealed record ToldVerdict(string Outcome, TimeSpan At, string Text);

/// <summary>
/// Tells a situation through the sandbox's API server, in whose cluster nobody else writes, and lets the watch decide. Server and watch have
/// one clock, and it moves only while the watch waits and has taken in all that was told.
/// </summary>
internal sealed class ClusterReplay(TestCluster cluster, FakeTimeProvider time, Situation situation)
{
    // Longer than any situation: what decides is what was told.
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);
    private readonly string space = situation.Name;
    private readonly WatchWaits waits = new(time);

    /// <summary>Tells all of it.</summary>
    public async Task<ToldVerdict> RunAsync()
    {
        foreach (var change in situation.Changes.Where(c => c.At < TimeSpan.Zero))
            Tell(change.Resource, change.Event.Objects[0], isDeletion: change.Event.IsDeletion);
        using var connection = ClusterConnection.Open(new ClusterOptions { KubeConfig = cluster.Kubeconfig, KubeContext = "sandbox", KubeNamespace = space }, time);
        var baseline = await PodBaseline.TakeAsync(connection, default);
        Tell(Resource.Deployments, situation.Applied, isDeletion: false);
        var known = cluster.Store.Version;
        var started = time.GetTimestamp();
        using var over = new CancellationTokenSource();
        using var log = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(waits).CreateLogger();
        var watching = new RolloutWatch(connection, log, time).FinishAsync(situation.Applied, baseline, Limit, over.Token);
        var isWaiting = await waits.UntilAsync(w => w.Known.Count == 4 && w.Known.Values.All(v => v >= known), watching);
        foreach (var change in situation.Changes.Where(c => c.At >= TimeSpan.Zero))
            isWaiting = isWaiting && await AdvanceAsync(started + change.At.Ticks, watching) && await TellAsync(change, watching);
        isWaiting = isWaiting && await AdvanceAsync(started + situation.Length.Ticks, watching);
        var at = time.GetElapsedTime(started);
        await over.CancelAsync();
        return isWaiting ? new ToldVerdict("waiting", situation.Length, "") : await DecidedAsync(watching, at);
    }

    private static async Task<ToldVerdict> DecidedAsync(Task watching, TimeSpan at)
    {
        try
        {
            await watching;
            return new ToldVerdict("done", at, "");
        }
        catch (FailureException e)
        {
            return new ToldVerdict("failed", at, e.Message);
        }
    }

    // Each time at which the watch means to look again comes by itself.
    private async Task<bool> AdvanceAsync(long until, Task watching)
    {
        while (waits.Now.Until <= until)
        {
            var due = waits.Now;
            time.Advance(TimeSpan.FromTicks(due.Until - time.GetTimestamp()));
            if (!await waits.UntilAsync(w => w != due, watching))
                return false;
        }

        time.Advance(TimeSpan.FromTicks(until - time.GetTimestamp()));
        return true;
    }

    private async Task<bool> TellAsync(Change change, Task watching)
    {
        var before = cluster.Store.Version;
        var told = Tell(change.Resource, change.Event.Objects[0], change.Event.IsDeletion);
        return told is null || told.Version == before || !IsWatched(told) || await waits.UntilAsync(w => w.Knows(told.Kind.Plural, told.Version), watching);
    }

    /// <summary>Writes what the recording saw, as it saw it; the store gives each version.</summary>
    /// <returns>The object as stored; null for the deletion of what was not there.</returns>
    private StoredObject? Tell(Resource resource, JsonObject seen, bool isDeletion)
    {
        var kind = ResourceKindOf(resource);
        var content = (JsonObject)seen.DeepClone();
        (content["apiVersion"], content["kind"]) = (kind.ApiVersion, kind.Kind);
        content["metadata"] ??= new JsonObject();
        content["metadata"]!["namespace"] = space;
        content["metadata"]!["name"] ??= $"{content.Text("involvedObject", "name")}.{content.Text("reason")}".ToLowerInvariant();
        var before = cluster.Store.Find(kind, space, content.Name());
        return (isDeletion, before) switch
        {
            (true, null) => null,
            (true, _) => cluster.Store.Remove(before),
            (false, null) => cluster.Store.Create(kind, content),
            _ => cluster.Store.Replace(before, content),
        };
    }

    // As the watch selects: what is not meant for it, it will not hear of.
    private bool IsWatched(StoredObject told) => told.Kind.Plural switch
    {
        "events" => told.Content.Text("involvedObject", "kind") == Resource.Pods.Kind,
        "deployments" => told.Name == situation.Applied.Name(),
        _ => (situation.Applied.At("spec", "selector", "matchLabels") ?? []).All(l => told.Content.At("metadata", "labels").Text(l.Key) == (string?)l.Value),
    };

    private static ResourceKind ResourceKindOf(Resource resource) => resource.Plural switch
    {
        "deployments" => ResourceKind.Deployments,
        "replicasets" => ResourceKind.ReplicaSets,
        "pods" => ResourceKind.Pods,
        _ => ResourceKind.Events,
    };
}
