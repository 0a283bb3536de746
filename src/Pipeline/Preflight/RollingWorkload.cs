using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Preflight;

/// <summary>How many pods a workload wants while it rolls.</summary>
/// <param name="Id">Kind and name.</param>
/// <param name="Pod">The spec of its new pods.</param>
/// <param name="Labels">The labels of its new pods.</param>
/// <param name="Selector">What selects its pods; null for a Job, which has none before it exists.</param>
/// <param name="Replicas">How many there are in the end.</param>
/// <param name="Surge">How many more than that there may be in between.</param>
/// <param name="Unavailable">How many fewer than that may serve in between.</param>
/// <param name="Live">How many there are now.</param>
internal sealed record RollingWorkload(string Id, JsonObject Pod, JsonObject? Labels, JsonObject? Selector, int Replicas, int Surge, int Unavailable, int Live)
{
    /// <summary>False where its pods stay as they are, for the server would keep their template.</summary>
    /// <value>True.</value>
    public bool Rolls { get; init; } = true;

    /// <summary>How many new pods the rollout starts before the first old one goes.</summary>
    public int Extra => Live == 0 ? Replicas : Math.Max(0, Replicas + (Rolls ? Surge : 0) - Live);

    /// <summary>The workloads among the manifests; the server's answer has the defaults filled in. A DaemonSet has a pod a node and none beside it.</summary>
    public static IReadOnlyList<RollingWorkload> In(IEnumerable<DryRun> runs) =>
        [.. runs.Where(r => r.Sent.Kind() is "Deployment" or "StatefulSet" or "Job").Select(r => Of(r.Answer ?? r.Sent, r.Live))];

    /// <summary>The pods among <paramref name="pods"/> that are this workload's.</summary>
    public IEnumerable<JsonObject> PodsAmong(IEnumerable<JsonObject> pods) => pods.Where(p => Selector is not null && LabelSelector.Matches(Selector, p.At("metadata", "labels")));

    private static RollingWorkload Of(JsonObject wanted, JsonObject? live)
    {
        var spec = wanted.At("spec");
        var isJob = wanted.Kind() == Resource.Jobs.Kind;
        var replicas = Count(spec.Text(isJob ? "parallelism" : "replicas") ?? live.Text("spec", "replicas"), 1);
        var (surge, unavailable) = wanted.Kind() switch
        {
            "Job" => (0, 0),
            "StatefulSet" => (0, 1),
            _ when spec.Text("strategy", "type") == "Recreate" => (0, replicas),
            _ => Rolling(spec.At("strategy", "rollingUpdate"), replicas),
        };
        return new RollingWorkload(
            $"{wanted.Kind()}/{wanted.Name()}", PodTemplate.Of(wanted)!, spec.At("template", "metadata", "labels"), isJob ? null : spec.At("selector"),
            replicas, surge, unavailable, isJob ? 0 : (int)live.Number("status", "replicas"))
        {
            Rolls = live is null || !JsonNode.DeepEquals(spec?["template"], live.At("spec")?["template"]),
        };
    }

    // As the Deployment controller resolves them: surge up, unavailable down, never both zero.
    private static (int Surge, int Unavailable) Rolling(JsonObject? rolling, int replicas)
    {
        var surge = Share(rolling.Text("maxSurge") ?? "25%", replicas, Math.Ceiling);
        var unavailable = Share(rolling.Text("maxUnavailable") ?? "25%", replicas, Math.Floor);
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable);
    }

    /// <summary>A number, or a percentage of the replicas.</summary>
    public static int Share(string text, int replicas, Func<decimal, decimal> round) =>
        text.EndsWith('%') ? (int)round(Count(text[..^1], 0) * replicas / 100m) : Count(text, 0);

    private static int Count(string? text, int otherwise) => int.TryParse(text, CultureInfo.InvariantCulture, out var count) ? count : otherwise;
}
