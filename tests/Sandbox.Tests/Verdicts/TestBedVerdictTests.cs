using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Rollouts;
using Serilog.Core;
using Xunit.Abstractions;

namespace Sandbox.Tests.Verdicts;

/// <summary>The marks, with real pods on the test bed: alone, since a kubelet pulls one image after the other.</summary>
[Collection(nameof(Alone))]
public sealed class TestBedVerdictTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Base = "debian:bookworm-slim";
    private readonly string space = $"verdict-{Guid.NewGuid().ToString("N")[..8]}";
    private ClusterConnection? connection;

    private ClusterConnection Cluster => connection!;

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("TESTBED") != "1")
            return;
        connection = ClusterConnection.Open(new ClusterOptions { KubeConfig = Environment.GetEnvironmentVariable("KUBECONFIG"), KubeContext = "testbed", KubeNamespace = space });
        await connection.CreateAsync(Resource.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = space } }, default);
    }

    public async Task DisposeAsync()
    {
        if (connection is null)
            return;
        await connection.DeleteAsync(Resource.Namespaces, space, default);
        connection.Dispose();
    }

    [SkippableFact]
    public async Task An_image_that_is_not_there_is_explained_within_ten_seconds_of_its_apply()
    {
        Skip.If(connection is null, "the test bed is not switched on (TESTBED=1)");
        var started = Stopwatch.GetTimestamp();
        var deployment = await ApplyAsync("localhost:5000/nobody/pushed-this:1");

        var error = await Assert.ThrowsAsync<FailureException>(() => FinishAsync(deployment));

        var took = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"{took.TotalSeconds:0.0} s:{Environment.NewLine}{error.Message}");
        Assert.Contains("ErrImagePull", error.Message, StringComparison.Ordinal);
        Assert.InRange(took.TotalSeconds, 0, 10);
    }

    [SkippableFact]
    public async Task A_program_that_ends_is_explained_with_its_log_node_and_exit_code()
    {
        Skip.If(connection is null, "the test bed is not switched on (TESTBED=1)");
        var deployment = await ApplyAsync(Base, "echo no such database; exit 3");

        var error = await Assert.ThrowsAsync<FailureException>(() => FinishAsync(deployment));

        output.WriteLine(error.Message);
        Assert.Matches(@"Pod/api-\S+ on node \S+, container 'api': (Crashing|CrashLoopBackOff), exit code 3", error.Message);
        Assert.Contains("no such database", error.Message, StringComparison.Ordinal);
        Assert.Contains($"hint  {VerdictRules.CrashLoopBackOff.Hint}", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Success_is_seen_within_a_tenth_of_a_second_of_the_servers_own_change()
    {
        Skip.If(connection is null, "the test bed is not switched on (TESTBED=1)");
        var deployment = await ApplyAsync(Base, "touch /tmp/up; sleep 1000");
        using var over = new CancellationTokenSource();
        var changed = ServersChangeAsync(over.Token);
        var ours = Timed(FinishAsync(deployment));
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["-n", space, "rollout", "status", "deployment/api"]) { RedirectStandardOutput = true })!;
        var theirs = Timed(kubectl.WaitForExitAsync());

        var (change, we, they) = (await changed, await ours, await theirs);
        await over.CancelAsync();
        var (late, kubectlLate) = (Stopwatch.GetElapsedTime(change, we), Stopwatch.GetElapsedTime(change, they));
        output.WriteLine($"after the server's change: the watch {late.TotalMilliseconds:0} ms, kubectl rollout status {kubectlLate.TotalMilliseconds:0} ms");
        Assert.InRange(late.TotalMilliseconds, -100, 100);
    }

    private Task<JsonObject> ApplyAsync(string image, string script = "sleep 1000") => Cluster.ApplyAsync(
        Resource.Deployments, YamlManifest.Parse($$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              replicas: 2
              selector: {matchLabels: {app: api}}
              template:
                metadata: {labels: {app: api}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                    - {name: api, image: '{{{image}}}', imagePullPolicy: IfNotPresent, command: [sh, -c, '{{{script}}}'], readinessProbe: {exec: {command: [ls, /tmp/up]}, periodSeconds: 1} }
            """, "test").Single(), force: false, dryRun: false, default);

    private Task<string?> FinishAsync(JsonObject deployment) => new RolloutWatch(Cluster, Logger.None, TimeProvider.System)
        .FinishAsync(deployment, PodBaseline.Empty, TimeSpan.FromMinutes(2), default);

    private async Task<long> ServersChangeAsync(CancellationToken cancellation)
    {
        await foreach (var seen in new ClusterWatch(Cluster, TimeProvider.System).FollowAsync(Resource.Deployments, "fieldSelector=metadata.name%3Dapi", cancellation))
            if (seen.Objects.Any(d => d.Number("status", "availableReplicas") == 2 && d.Number("status", "updatedReplicas") == 2))
                break;
        return Stopwatch.GetTimestamp();
    }

    private static async Task<long> Timed(Task work)
    {
        await work;
        return Stopwatch.GetTimestamp();
    }
}
