using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;
using Serilog.Core;

namespace Pipeline.Benchmarks;

/// <summary>
/// How long after the API server's own change a rollout is known to have succeeded: by Deploy's watch, and by <c>kubectl rollout status</c>
/// beside it. A watch of its own reads the server's lines. Mark: 100 ms.
/// </summary>
internal static class RolloutComparison
{
    private const int Rounds = 10;
    private const string Space = "pipeline-rollout-benchmark";

    /// <param name="context">A context in KUBECONFIG with an administrator's rights, to a cluster that runs pods.</param>
    public static async Task RunAsync(string context)
    {
        using var cluster = ClusterConnection.Open(new ClusterOptions { KubeConfig = Environment.GetEnvironmentVariable("KUBECONFIG"), KubeContext = context, KubeNamespace = Space });
        await cluster.CreateAsync(Resource.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = Space } }, default);
        try
        {
            var (ours, theirs) = (new List<double>(), new List<double>());
            // The first round compiles and pulls.
            for (var round = 0; round <= Rounds; round++)
            {
                var (we, they) = await OnceAsync(cluster, context, round);
                if (round == 0)
                    continue;
                ours.Add(we);
                theirs.Add(they);
            }

            Console.WriteLine("| success seen after the server's change | median (ms) | worst (ms) |");
            Console.WriteLine("| -------------------------------------- | ----------: | ---------: |");
            Print("Deploy's watch", ours);
            Print("kubectl rollout status", theirs);
        }
        finally
        {
            await cluster.DeleteAsync(Resource.Namespaces, Space, default);
        }
    }

    private static async Task<(double Ours, double Theirs)> OnceAsync(ClusterConnection cluster, string context, int round)
    {
        var deployment = await ApplyAsync(cluster, round);
        using var over = new CancellationTokenSource();
        var change = TimeOf(ChangeAsync(cluster, deployment, over.Token));
        var ours = TimeOf(new RolloutWatch(cluster, Logger.None, TimeProvider.System).FinishAsync(deployment, PodBaseline.Empty, TimeSpan.FromMinutes(2), default));
        var theirs = TimeOf(Repository.RunAsync("kubectl", "--context", context, "--namespace", Space, "rollout", "status", "--watch", "deployment/api"));
        await Task.WhenAll(change, ours, theirs);
        return (Stopwatch.GetElapsedTime(await change, await ours).TotalMilliseconds, Stopwatch.GetElapsedTime(await change, await theirs).TotalMilliseconds);
    }

    private static Task<JsonObject> ApplyAsync(ClusterConnection cluster, int round) => cluster.ApplyAsync(
        Resource.Deployments, YamlManifest.Parse($$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              selector: {matchLabels: {app: api}}
              template:
                metadata: {labels: {app: api, round: 'r{{{round}}}'}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                    - {name: api, image: 'debian:bookworm-slim', imagePullPolicy: IfNotPresent, command: [sleep, '1000'], readinessProbe: {exec: {command: ['true']}, periodSeconds: 1} }
            """, "benchmark").Single(), force: true, dryRun: false, default);

    // The server's own lines, read raw: nothing of what is measured takes part.
    private static async Task ChangeAsync(ClusterConnection cluster, JsonObject applied, CancellationToken cancellation)
    {
        var path = $"{Resource.Deployments.PathIn(cluster.Namespace)}?watch=true&resourceVersion={applied.Text("metadata", "resourceVersion")}";
        using var response = await cluster.StreamAsync(HttpMethod.Get, path, null, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
            if (JsonNode.Parse(line)!["object"] is JsonObject seen && IsRolledOut(seen))
                return;
    }

    private static bool IsRolledOut(JsonObject seen) =>
        seen.Number("status", "observedGeneration") >= seen.Number("metadata", "generation") && seen.Number("status", "updatedReplicas") == 1
        && seen.Number("status", "replicas") == 1 && seen.Number("status", "availableReplicas") == 1;

    private static async Task<long> TimeOf(Task work)
    {
        await work;
        return Stopwatch.GetTimestamp();
    }

    private static void Print(string who, List<double> values) =>
        Console.WriteLine($"| {who,-38} | {values.Order().ElementAt(values.Count / 2),11:0.0} | {values.Max(),10:0.0} |");
}
