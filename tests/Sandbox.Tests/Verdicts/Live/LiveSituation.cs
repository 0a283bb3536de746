using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Rollouts;
using Serilog.Core;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>A situation of the corpus that is made with real pods, as its recording was, and watched as Deploy watches.</summary>
/// <param name="Name">Its file's name.</param>
/// <param name="Plan">The file.</param>
internal sealed record LiveSituation(string Name, JsonObject Plan)
{
    private const string Image = "debian:bookworm-slim";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Every situation that says how it is made live.</summary>
    public static IEnumerable<LiveSituation> All => Situation.Names
        .Select(n => new LiveSituation(n, YamlManifest.Parse(File.ReadAllText(Path.Combine(Situation.Folder, n + ".yaml")), n).Single())).Where(s => s.Plan["live"] is JsonObject);

    /// <summary>What must come of it.</summary>
    public Expectation Expected => Expectation.Of(Plan.At("expect")!);

    /// <summary>The condition whose hint must be given; null when it must succeed.</summary>
    public string? Condition => Expected.Outcome == "failed" ? Plan.Text("live", "hint") ?? Expected.Reason : null;

    /// <summary>What the failure must say.</summary>
    public string Says => Plan.Text("live", "says") ?? "";

    private int Speed => (int)Math.Max(1, Plan.Number("live", "speed"));

    /// <summary>Makes it and watches it to its verdict.</summary>
    public async Task<(LiveVerdict Verdict, string Text)> RunAsync()
    {
        using var over = new CancellationTokenSource(Limit);
        await using var cluster = await LiveCluster.StartAsync(over.Token);
        foreach (var item in Plan.Items("record", "objects"))
            await cluster.KubectlAsync(["apply", "-f", "-"], item, over.Token);
        await StandBeforeAsync(cluster, over.Token);
        var sign = new LiveSign(cluster.Connection, Plan.Text("live", "sign") ?? "(?!)");
        var reading = sign.ReadAsync(over.Token);
        var baseline = await PodBaseline.TakeAsync(cluster.Connection, over.Token);
        var started = Stopwatch.GetTimestamp();
        var applied = await ApplyAsync(cluster.Connection, Plan.At("record", "pod")!, over.Token);
        var others = MeddleAsync(cluster, started, over.Token);
        var error = await FailureOfAsync(cluster.Connection, applied, baseline, over.Token);
        var ended = Stopwatch.GetTimestamp();
        await others;
        await over.CancelAsync();
        await reading;
        var verdict = new LiveVerdict(
            error is null ? "done" : "failed", VerdictRules.All.FirstOrDefault(r => error?.EndsWith($"hint  {r.Hint}", StringComparison.Ordinal) == true)?.Condition,
            Seconds(started, ended), sign.Seen is { } seen ? Seconds(seen, ended) : null, Speed);
        return (verdict, error ?? "");
    }

    private async Task StandBeforeAsync(LiveCluster cluster, CancellationToken cancellation)
    {
        if (Plan.At("record", "before") is not { } before)
            return;
        await ApplyAsync(cluster.Connection, before, cancellation);
        await cluster.KubectlAsync(["rollout", "status", "deployment/api"], null, cancellation);
    }

    private async Task MeddleAsync(LiveCluster cluster, long started, CancellationToken cancellation)
    {
        foreach (var step in Plan.Items("record", "then").OrderBy(s => s.Number("at")))
        {
            var left = TimeSpan.FromSeconds(step.Number("at")) - Stopwatch.GetElapsedTime(started);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation);
            await cluster.KubectlAsync(step["kubectl"]!.AsArray().Select(a => (string)a!), null, cancellation);
        }
    }

    private async Task<string?> FailureOfAsync(ClusterConnection cluster, JsonObject applied, PodBaseline baseline, CancellationToken cancellation)
    {
        try
        {
            await new RolloutWatch(cluster, Logger.None, Speed > 1 ? new HurriedTime(Speed) : TimeProvider.System).FinishAsync(applied, baseline, Limit * Speed, cancellation);
            return null;
        }
        catch (FailureException e)
        {
            return e.Message;
        }
    }

    // One pod where the situation does not ask for more: they share one node.
    private Task<JsonObject> ApplyAsync(ClusterConnection cluster, JsonObject pod, CancellationToken cancellation)
    {
        var spec = (JsonObject)pod.DeepClone();
        spec["terminationGracePeriodSeconds"] ??= 0;
        foreach (var container in spec.Items("containers"))
        {
            container["name"] ??= "api";
            container["image"] ??= Image;
            container["imagePullPolicy"] ??= "IfNotPresent";
        }

        var deployment = YamlManifest.Parse("{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {replicas: 1, selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}}}}", Name).Single();
        deployment["spec"]!["template"]!["spec"] = spec;
        foreach (var (field, value) in Plan.At("record", "deployment") ?? [])
            deployment["spec"]![field] = value?.DeepClone();
        return cluster.ApplyAsync(Resource.Deployments, deployment, force: true, dryRun: false, cancellation);
    }

    private static double Seconds(long from, long to) => Math.Round(Stopwatch.GetElapsedTime(from, to).TotalSeconds, 2);
}
