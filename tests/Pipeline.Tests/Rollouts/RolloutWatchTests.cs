using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Rollouts;
using Pipeline.Tests.Preflight;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Pipeline.Tests.Rollouts;

public sealed class RolloutWatchTests : IAsyncLifetime, ILogEventSink
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackWorkloads workloads;
    private readonly FakeTimeProvider time = new();
    private readonly ConcurrentQueue<string> log = new();
    private readonly ConcurrentQueue<string> asked = new();
    private ClusterConnection connection = null!;

    public RolloutWatchTests() => workloads = new LoopbackWorkloads(cluster);

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options, time);
        workloads.Put(Resource.Deployments, LoopbackWorkloads.Yaml("""
            metadata: {name: api, uid: d, generation: 1, annotations: {deployment.kubernetes.io/revision: '1'} }
            spec: {replicas: 2, selector: {matchLabels: {app: api}}, template: {spec: {containers: [{name: api, image: 'api:1'}]}}}
            status: {observedGeneration: 1}
            """));
        workloads.PutReplicaSet(Deployment, "1");
        cluster.Before = http =>
        {
            asked.Enqueue($"{(http.Request.Query.ContainsKey("watch") ? "watch" : "list")} {http.Request.Path.Value!.Split('/')[^1]}");
            return Task.FromResult(false);
        };
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Half_an_hour_of_quiet_asks_for_nothing_but_watches()
    {
        var watching = FinishAsync(TimeSpan.FromHours(1));
        await UntilAsync(() => asked.Count(a => a.StartsWith("watch", StringComparison.Ordinal)) == 4);
        Assert.Equal(["list deployments", "list events", "list pods", "list replicasets"], asked.Where(a => a.StartsWith("list", StringComparison.Ordinal)).Order());
        for (var minute = 0; minute < 30; minute++)
        {
            // What a quiet namespace has: events of other pods.
            workloads.Put(Resource.Events, LoopbackWorkloads.Yaml($"{{metadata: {{name: e{minute}}}, reason: FailedMount, message: again, involvedObject: {{kind: Pod, name: other-{minute}}}}}"));
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(20);
        }

        Assert.Equal(4, asked.Count(a => a.StartsWith("list", StringComparison.Ordinal)));
        workloads.RollOut(Deployment);
        Assert.Equal("1", await watching);
    }

    [Fact]
    public async Task Each_change_is_told_in_one_line()
    {
        var watching = FinishAsync(TimeSpan.FromHours(1));
        workloads.PutPod(Deployment, "1", 0, LoopbackWorkloads.Yaml("{containerStatuses: [{name: api, state: {waiting: {reason: CreateContainerConfigError, message: secret not found}}}]}"));
        await UntilAsync(() => !log.IsEmpty);
        time.Advance(TimeSpan.FromSeconds(8));
        workloads.PutPod(Deployment, "1", 0, LoopbackWorkloads.Yaml("{conditions: [{type: Ready, status: 'True'}], containerStatuses: [{name: api, restartCount: 0, ready: true, state: {waiting: {}}}]}"));
        workloads.PutStatus(Deployment, "1", LoopbackWorkloads.Yaml("{observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1}"));
        await UntilAsync(() => log.Count >= 3);
        workloads.RollOut(Deployment);
        await watching;

        Assert.Equal(
            [
                "Deployment/api: Pod/api-1-0 on node worker-1, container 'api': CreateContainerConfigError (secret not found); it may heal within 45 s",
                "Deployment/api: 1 of 2 new pods are ready",
                "Deployment/api: all 2 pods run the release and serve",
                "Deployment/api: over after 8 s: Pod/api-1-0 on node worker-1, container 'api': CreateContainerConfigError (secret not found)",
            ],
            log.Order(StringComparer.Ordinal).OrderBy(l => l.Contains("over after", StringComparison.Ordinal)).OrderByDescending(l => l.Contains("may heal", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_probe_that_does_not_answer_yet_is_no_news_and_neither_is_its_end()
    {
        var watching = FinishAsync(TimeSpan.FromHours(1));
        workloads.PutPod(Deployment, "1", 0, LoopbackWorkloads.Yaml("{phase: Running, conditions: [{type: Ready, status: 'False'}], containerStatuses: [{name: api, restartCount: 0, ready: false, state: {running: {}}}]}"));
        await Task.Delay(100);
        workloads.RollOut(Deployment);
        await watching;

        Assert.DoesNotContain(log, l => l.Contains("over after", StringComparison.Ordinal) || l.Contains("may heal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_to_see_events_it_watches_all_the_same()
    {
        cluster.Instead = AnswerAsync(cluster.Instead);
        var watching = FinishAsync(TimeSpan.FromHours(1));
        await UntilAsync(() => !log.IsEmpty);
        workloads.RollOut(Deployment);

        Assert.Equal("1", await watching);
        Assert.Contains(log, l => l.StartsWith("Events cannot be watched", StringComparison.Ordinal));
    }

    void ILogEventSink.Emit(LogEvent logEvent) => log.Enqueue(logEvent.RenderMessage());

    private static Func<Microsoft.AspNetCore.Http.HttpContext, JsonObject?, Task<bool>> AnswerAsync(Func<Microsoft.AspNetCore.Http.HttpContext, JsonObject?, Task<bool>> otherwise) => async (http, body) =>
    {
        if (!http.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal))
            return await otherwise(http, body);
        http.Response.StatusCode = 403;
        return true;
    };

    private JsonObject Deployment => workloads.Find(Resource.Deployments, "api")!;

    private async Task<string?> FinishAsync(TimeSpan timeout)
    {
        await using var logger = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();
        return await new RolloutWatch(connection, logger, time).FinishAsync(Deployment, PodBaseline.Empty, timeout, default);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo())
            await Task.Delay(10, limit.Token);
    }
}
