using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Verification;

namespace Pipeline.Benchmarks;

/// <summary>
/// How long <c>./build.sh Rollback</c> takes to bring three pods back, start-up included, beside <c>kubectl rollout undo</c> and
/// <c>kubectl rollout status</c> by turns in the same cluster: our way leads to release 1, kubectl's to release 2 again. There are no pages.
/// Marks: at most 1.3 times, evidence aside; the first change 1.5 s after the confirmation, plus the evidence's time, which is at most 2 s.
/// </summary>
internal static class RollbackComparison
{
    private const int Rounds = 11;
    private const string Space = "pipeline-rollback-benchmark";
    private const string Name = "api";

    /// <param name="context">A context in KUBECONFIG with an administrator's rights, to a cluster that runs pods.</param>
    public static async Task RunAsync(string context)
    {
        var options = new ClusterOptions { KubeConfig = Environment.GetEnvironmentVariable("KUBECONFIG"), KubeContext = context, KubeNamespace = Space };
        using var cluster = ClusterConnection.Open(options);
        await cluster.CreateAsync(Resource.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = Space } }, default);
        using var product = new ReleasedProduct();
        try
        {
            var uid = (await cluster.FindAsync(Resource.Namespaces, "kube-system", default)).Text("metadata", "uid")!;
            await ReleaseAsync(cluster, context, 1);
            await ReleaseAsync(cluster, context, 2);
            var (ours, theirs) = (new List<Turn>(), new List<Turn>());
            // The first round compiles.
            for (var round = 0; round <= Rounds; round++)
            {
                var we = await TakeAsync(cluster, () => Repository.BuildAsync(Rollback(uid, context, product.Address)));
                var (begun, evidence) = await IncidentAsync(cluster);
                we = we with { Evidence = evidence, Confirmed = (we.ChangedAt - begun).TotalSeconds };
                var they = await TakeAsync(cluster, () => UndoAsync(context));
                Console.WriteLine($"round {round}: Rollback {we.Whole:0.00} s (evidence {we.Evidence:0.00} s), kubectl {they.Whole:0.00} s");
                if (round > 0)
                    (ours, theirs) = ([.. ours, we], [.. theirs, they]);
            }

            Print(ours, theirs);
        }
        finally
        {
            await cluster.DeleteAsync(Resource.Namespaces, Space, default);
        }
    }

    private static string[] Rollback(string uid, string context, string address) =>
    [
        "Rollback", "--rollback-to", "1", "--environment-name", Space, "--kube-context", context, "--kube-namespace", Space, "--cluster-uid", uid,
        "--kube-config", Environment.GetEnvironmentVariable("KUBECONFIG")!, "--frontend-bucket", "none", "--cdn-distribution-id", "none", "--api-url", address, "--site-url", address,
    ];

    private static async Task UndoAsync(string context)
    {
        await KubectlAsync(context, "rollout", "undo", $"deployment/{Name}");
        await KubectlAsync(context, "rollout", "status", "--watch", $"deployment/{Name}");
    }

    private static Task KubectlAsync(string context, params string[] arguments) => Repository.RunAsync("kubectl", ["--context", context, "--namespace", Space, .. arguments]);

    // The server's own watch tells when the Deployment was changed, whoever changed it.
    private static async Task<Turn> TakeAsync(ClusterConnection cluster, Func<Task> work)
    {
        await QuietAsync(cluster);
        var before = (await cluster.FindAsync(Resource.Deployments, Name, default))!;
        using var over = new CancellationTokenSource();
        var (started, startedAt) = (Stopwatch.GetTimestamp(), TimeProvider.System.GetUtcNow());
        var changed = ChangedAsync(cluster, before, over.Token);
        await work();
        var whole = Stopwatch.GetElapsedTime(started);
        var change = Stopwatch.GetElapsedTime(started, await changed);
        return new Turn(whole.TotalSeconds, change.TotalSeconds, startedAt + change);
    }

    // Pods of the turn before that still end would slow the next one down. The kubelet removes them and looks at containers at the ticks of its
    // own clocks: turns that all begin at the same moment after a tick measure that moment.
    private static async Task QuietAsync(ClusterConnection cluster)
    {
        while ((await cluster.ListAsync(Resource.Pods, null, default)).Count > 3)
            await Task.Delay(200);
        await Task.Delay(500 + Random.Shared.Next(1000));
    }

    private static async Task<long> ChangedAsync(ClusterConnection cluster, JsonObject before, CancellationToken cancellation)
    {
        var path = $"{Resource.Deployments.PathIn(Space)}?watch=true&resourceVersion={before.Text("metadata", "resourceVersion")}";
        using var response = await cluster.StreamAsync(HttpMethod.Get, path, null, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
            if (JsonNode.Parse(line)!["object"] is JsonObject seen && seen.Number("metadata", "generation") > before.Number("metadata", "generation"))
                return Stopwatch.GetTimestamp();
        throw new InvalidOperationException("the watch ended early");
    }

    // From the rollback's own record: its beginning, right after the confirmation, and how long after it the bundle was written.
    private static async Task<(DateTimeOffset Begun, double Evidence)> IncidentAsync(ClusterConnection cluster)
    {
        var events = (await new RecordStore(cluster).ReadAsync(default)).Latest!.Incident!.Events;
        return (events[0].At, (events.Single(e => e.What.StartsWith("Evidence kept", StringComparison.Ordinal)).At - events[0].At).TotalSeconds);
    }

    private static async Task ReleaseAsync(ClusterConnection cluster, string context, int number)
    {
        var manifest = Deployment(number);
        await cluster.ApplyAsync(Resource.Deployments, manifest, force: true, dryRun: false, default);
        await KubectlAsync(context, "rollout", "status", "--watch", $"deployment/{Name}");
        await new ManifestArchive(cluster).WriteAsync(number, [manifest], default);
        await new RecordStore(cluster).TryCreateAsync(
            new Release
            {
                Number = number,
                Environment = Space,
                Key = $"{Space}/{number}",
                Version = ReleasedProduct.Version,
                Commit = new string('0', 40),
                StartedBy = "benchmark",
                Started = TimeProvider.System.GetUtcNow(),
                Outcome = ReleaseOutcome.Succeeded,
                WithoutDatabase = "the benchmark has none",
                Image = new ImageResult("debian", "bookworm-slim", $"sha256:{new string('0', 64)}", ""),
                Rollout = new RolloutResult([new AppliedObject("apps/v1", "Deployment", Name, RolloutRevision: $"{number}")], 1),
                Verification = new VerificationResult([]),
            },
            default);
    }

    // Replicas, strategy and probes as in k8s/testbed; a program that is ready at once leaves the most weight to the tools.
    private static JsonObject Deployment(int number) => YamlManifest.Parse($$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{{Name}}}, labels: {pipeline/applied: {{{Space}}}} }
        spec:
          replicas: 3
          selector: {matchLabels: {app: api}}
          strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0} }
          template:
            metadata: {labels: {app: api, release: 'r{{{number}}}'}}
            spec:
              terminationGracePeriodSeconds: 20
              containers:
                - name: api
                  image: debian:bookworm-slim
                  imagePullPolicy: IfNotPresent
                  command: [sh, -c, 'trap "exit 0" TERM; while :; do sleep 0.2; done']
                  readinessProbe: {exec: {command: ['true']}, periodSeconds: 1}
        """, "benchmark").Single();

    private static void Print(List<Turn> ours, List<Turn> theirs)
    {
        Console.WriteLine("| way back of three pods | median (s) | worst (s) | first change after start, median (s) | worst (s) |");
        Console.WriteLine("| ---------------------- | ---------: | --------: | -----------------------------------: | --------: |");
        Print("./build.sh Rollback", ours, t => t.Whole);
        Print("the same, evidence aside", ours, t => t.Whole - t.Evidence);
        Print("kubectl rollout undo + status", theirs, t => t.Whole);
        Console.WriteLine($"evidence: median {Median(ours.Select(t => t.Evidence)):0.00} s, worst {ours.Max(t => t.Evidence):0.00} s");
        Console.WriteLine($"first change after the confirmation, evidence included: median {Median(ours.Select(t => t.Confirmed)):0.00} s, worst {ours.Max(t => t.Confirmed):0.00} s");
        Console.WriteLine($"ratio of the medians: {Median(ours.Select(t => t.Whole)) / Median(theirs.Select(t => t.Whole)):0.00}, evidence aside {Median(ours.Select(t => t.Whole - t.Evidence)) / Median(theirs.Select(t => t.Whole)):0.00} (mark 1.3)");
    }

    private static void Print(string who, List<Turn> turns, Func<Turn, double> whole) =>
        Console.WriteLine($"| {who,-29} | {Median(turns.Select(whole)),10:0.00} | {turns.Max(whole),9:0.00} | {Median(turns.Select(t => t.Changed)),10:0.00} | {turns.Max(t => t.Changed),9:0.00} |");

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>One way back.</summary>
    /// <param name="Whole">From start to end, in seconds.</param>
    /// <param name="Changed">From the start to the Deployment's change, in seconds.</param>
    /// <param name="ChangedAt">The moment of that change.</param>
    /// <param name="Evidence">What keeping the evidence took of it, in seconds; kubectl keeps none.</param>
    /// <param name="Confirmed">From the confirmation to the Deployment's change, in seconds; kubectl asks for none.</param>
    private sealed record Turn(double Whole, double Changed, DateTimeOffset ChangedAt, double Evidence = 0, double Confirmed = 0);
}
