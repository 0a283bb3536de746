using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;
using Serilog.Core;

namespace Pipeline.Benchmarks;

/// <summary>
/// Watches a rollout in which nothing happens for 31 minutes: what the process keeps in memory, minute by minute, and every request it sent.
/// Marks: flat memory, and no request besides the watches.
/// </summary>
internal static class LongWatch
{
    private const string Space = "pipeline-watch-benchmark";
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(31);

    /// <param name="context">A context in KUBECONFIG with an administrator's rights, to a cluster that runs pods.</param>
    public static async Task RunAsync(string context)
    {
        // The query tells a watch from a list.
        AppContext.SetSwitch("System.Net.Http.DisableUriRedaction", true);
        using var requests = new SentRequests();
        using var cluster = ClusterConnection.Open(new ClusterOptions { KubeConfig = Environment.GetEnvironmentVariable("KUBECONFIG"), KubeContext = context, KubeNamespace = Space });
        await cluster.CreateAsync(Resource.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = Space } }, default);
        try
        {
            var deployment = await ApplyAsync(cluster);
            using var over = new CancellationTokenSource(Duration);
            requests.Take();
            var watching = new RolloutWatch(cluster, Logger.None, TimeProvider.System).FinishAsync(deployment, PodBaseline.Empty, Duration * 2, over.Token);
            Console.WriteLine("| minute | heap (KiB) | requests |");
            Console.WriteLine("| -----: | ---------: | :------- |");
            for (var started = Stopwatch.GetTimestamp(); !watching.IsCompleted;)
            {
                await Task.WhenAny(watching, Task.Delay(TimeSpan.FromMinutes(1)));
                Console.WriteLine($"| {Stopwatch.GetElapsedTime(started).TotalMinutes,6:0} | {GC.GetTotalMemory(forceFullCollection: true) / 1024,10:N0} | {string.Join(", ", requests.Take().CountBy(r => r).Select(r => $"{r.Value} {r.Key}"))} |");
            }

            await watching.ContinueWith(w => Console.WriteLine(w.IsCanceled ? "ended as planned" : w.Exception?.Message ?? "rolled out"), TaskScheduler.Default);
        }
        finally
        {
            await cluster.DeleteAsync(Resource.Namespaces, Space, default);
        }
    }

    // A pod that runs and never becomes ready; every rule that could end the wait has longer than the watch.
    private static Task<JsonObject> ApplyAsync(ClusterConnection cluster) => cluster.ApplyAsync(
        Resource.Deployments, YamlManifest.Parse("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              progressDeadlineSeconds: 7200
              selector: {matchLabels: {app: api}}
              template:
                metadata: {labels: {app: api}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                    - {name: api, image: 'debian:bookworm-slim', imagePullPolicy: IfNotPresent, command: [sleep, '10000'], readinessProbe: {exec: {command: ['false']}, initialDelaySeconds: 7000, periodSeconds: 1} }
            """, "benchmark").Single(), force: true, dryRun: false, default);

    /// <summary>What the runtime's own HTTP client says that it sends.</summary>
    private sealed class SentRequests : EventListener
    {
        private readonly List<string> paths = [];

        /// <summary>What was sent since the last call.</summary>
        public IReadOnlyList<string> Take()
        {
            lock (paths)
            {
                IReadOnlyList<string> taken = [.. paths];
                paths.Clear();
                return taken;
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "System.Net.Http")
                EnableEvents(eventSource, EventLevel.Informational);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName != "RequestStart")
                return;
            lock (paths)
                paths.Add($"{eventData.Payload![3]}" is var path && path.Contains("watch=", StringComparison.Ordinal) ? "watch" : path);
        }
    }
}
