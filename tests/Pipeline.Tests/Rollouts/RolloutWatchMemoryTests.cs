using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Rollouts;
using Pipeline.Tests.Preflight;
using Serilog.Core;

namespace Pipeline.Tests.Rollouts;

/// <summary>What other tests allocate meanwhile must not be counted.</summary>
[CollectionDefinition(nameof(RolloutWatchMemoryTests), DisableParallelization = true)]
public sealed class RolloutWatchMemoryAlone;

[Collection(nameof(RolloutWatchMemoryTests))]
public sealed class RolloutWatchMemoryTests : IAsyncLifetime
{
    private const int EventsAtOnce = 200;
    // A view that kept all of what was said held 25 MB more.
    private const long Bound = 5_000_000;
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackWorkloads workloads;
    private readonly FakeTimeProvider time = new();
    private ClusterConnection connection = null!;
    private int expired;
    private int watches;

    public RolloutWatchMemoryTests() => workloads = new LoopbackWorkloads(cluster);

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options);
        workloads.Put(Resource.Deployments, LoopbackWorkloads.Yaml("""
            metadata: {name: api, uid: d, generation: 1, annotations: {deployment.kubernetes.io/revision: '1'} }
            spec: {replicas: 2, selector: {matchLabels: {app: api}}, template: {spec: {containers: [{name: api, image: 'api:1'}]}}}
            status: {observedGeneration: 1}
            """));
        workloads.PutReplicaSet(Deployment, "1");
        // Every fifth watch is told that its position is too old.
        cluster.Before = http =>
        {
            if (!http.Request.Query.ContainsKey("watch") || Interlocked.Increment(ref watches) % 5 != 0)
                return Task.FromResult(false);
            Interlocked.Increment(ref expired);
            http.Response.StatusCode = (int)HttpStatusCode.Gone;
            return Task.FromResult(true);
        };
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Half_an_hour_of_events_and_broken_watches_keeps_no_memory()
    {
        var watching = new RolloutWatch(connection, Logger.None, time).FinishAsync(Deployment, PodBaseline.Empty, TimeSpan.FromHours(10), default);
        await PassAsync(minutes: 8, from: 0);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await PassAsync(minutes: 30, from: 8);

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        if (watching.IsFaulted)
            await watching;
        Assert.True(expired > 5, $"only {expired} watches expired");
        Assert.True(grown < Bound, $"{grown:N0} bytes more are kept than after the first minutes");
        workloads.RollOut(Deployment);
        while (!watching.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(watching, Task.Delay(5));
        }

        Assert.Equal("1", await watching);
    }

    // The server keeps as many events as before; each tells of another pod whose name begins like the Deployment's.
    private async Task PassAsync(int minutes, int from)
    {
        for (var minute = from; minute < from + minutes; minute++)
        {
            for (var i = 0; i < EventsAtOnce; i++)
                workloads.Put(Resource.Events, LoopbackWorkloads.Yaml($"{{metadata: {{name: e{i}}}, reason: FailedMount, message: '{new string('x', 500)}', involvedObject: {{kind: Pod, name: api-nightly-{minute}-{i}}}}}"));
            workloads.PutPod(Deployment, "1", 0, LoopbackWorkloads.Yaml("{phase: Pending, containerStatuses: [{name: api, state: {waiting: {reason: ContainerCreating}}}]}"));
            await Task.Delay(40);
            time.Advance(TimeSpan.FromSeconds(60));
            await Task.Delay(10);
            time.Advance(TimeSpan.FromSeconds(16));
        }
    }

    private System.Text.Json.Nodes.JsonObject Deployment => workloads.Find(Resource.Deployments, "api")!;
}
