using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Rollouts;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Rollouts;

public sealed class FailureEvidenceTests : IAsyncLifetime
{
    private static readonly TroubledPod Pod = new("api-1-0", "api", "Pod/api-1-0: Error");
    private readonly LoopbackCluster cluster = new();
    private readonly FakeTimeProvider time = new();
    private readonly ConcurrentQueue<string> asked = new();
    private LoopbackWorkloads workloads = null!;
    private ClusterConnection connection = null!;

    public async Task InitializeAsync()
    {
        workloads = new LoopbackWorkloads(cluster);
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options, time);
        PutEvent("e1", "api-1-0", "Liveness probe failed: token=abcdef");
        PutEvent("e2", "api-1", "quota");
        PutEvent("e3", "other", "no business of this rollout");
        cluster.Before = http =>
        {
            if (http.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal))
                asked.Enqueue($"{http.Request.Query["fieldSelector"]}");
            return Task.FromResult(false);
        };
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Only_events_of_what_is_told_are_asked_for()
    {
        Assert.Equal(
            ["  Pod/api-1-0: Error", "  event  Pod/api-1-0 Unhealthy: Liveness probe failed: token=***", "  event  Pod/api-1 Unhealthy: quota"], await EvidenceAsync());
        Assert.Equal(["involvedObject.name=api-1", "involvedObject.name=api-1-0"], asked.Order());
    }

    [Fact]
    public async Task What_a_log_says_of_secrets_is_masked()
    {
        workloads.Logs["api-1-0/api/previous"] = "redis password=s3cr3t\n";
        workloads.Logs["api-1-0/api"] = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n{\"db_password\":\"hunter2hunter2\"}\n";
        var lines = await EvidenceAsync();

        Assert.Equal(["    log of the run before  redis password=***", "    log  ***", "    log  {\"db_password\":\"***\"}"], lines.Where(l => l.Contains("log", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Events_that_are_late_are_said_to_be()
    {
        cluster.Before = async http =>
        {
            if (!$"{http.Request.Query["fieldSelector"]}".EndsWith("api-1-0", StringComparison.Ordinal))
                return false;
            asked.Enqueue("late");
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var reading = EvidenceAsync();
        while (!reading.IsCompleted)
        {
            if (!asked.IsEmpty)
                time.Advance(TimeSpan.FromSeconds(0.1));
            await Task.WhenAny(reading, Task.Delay(20));
        }

        var lines = await reading;
        Assert.Contains("  event  api-1-0 (its events could not be read in time)", lines);
        Assert.Contains("  event  Pod/api-1 Unhealthy: quota", lines);
    }

    private Task<IReadOnlyList<string>> EvidenceAsync() => new FailureEvidence(connection, time).OfAsync([Pod], "api-1", null, default);

    private void PutEvent(string name, string of, string message) => workloads.Put(Resource.Events, LoopbackWorkloads.Yaml(
        $"{{metadata: {{name: {name}}}, type: Warning, reason: Unhealthy, lastTimestamp: '2026-01-01T00:00:0{name[1]}Z', message: '{message}', involvedObject: {{kind: Pod, name: {of}}}}}"));
}
