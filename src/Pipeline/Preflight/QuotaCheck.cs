using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The pods that a rollout adds, and the migration's, fit into every ResourceQuota of the namespace.</summary>
/// <param name="shared">The workloads.</param>
internal sealed class QuotaCheck(SharedReads shared) : IPreflightCheck
{
    private const string Advice = "Have the quota raised, or lower requests, replicas or maxSurge.";
    private static readonly Resource Quotas = new("v1", "ResourceQuota", "resourcequotas");

    /// <inheritdoc />
    public string Name => CheckName.Quota;

    /// <inheritdoc />
    public string Needs => CheckName.Namespace;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var quotas = await cluster.ListAsync(Quotas, null, cancellation);
        var counted = quotas.Where(q => Names(q).Any() && !IsScoped(q)).ToList();
        var scoped = quotas.Where(IsScoped).Select(q => q.Name()).ToList();
        var aside = scoped.Count > 0 ? $"; not compared, as it counts some pods only: {string.Join(", ", scoped)}" : "";
        if (counted.Count == 0)
            return new Finding(Name, FindingState.Passed, $"none limits the pods of '{cluster.Namespace}'{aside}");
        var workloads = RollingWorkload.In(await shared.DryRunsAsync(context, cancellation));
        var pods = (await cluster.ListAsync(Resource.Pods, null, cancellation)).Where(IsCounted).ToList();
        var verdicts = counted.SelectMany(q => Judge(q, workloads, pods)).ToList();
        var worst = RollArithmetic.Worst(Name, verdicts, Advice);
        return worst with { Found = worst.Found + aside };
    }

    private static IEnumerable<(FindingState State, string Sentence)> Judge(JsonObject quota, IReadOnlyList<RollingWorkload> workloads, IReadOnlyList<JsonObject> pods)
    {
        var where = $"the quota '{quota.Name()}'";
        foreach (var workload in workloads)
            if (Names(quota).Where(n => !PodAmounts.Says(workload.Pod, n)).ToList() is { Count: > 0 } silent)
                yield return (FindingState.Warned, $"{workload.Id}: {where} counts {string.Join(", ", silent)}, which not every container states; its pods are refused unless a LimitRange fills it in");
        // The migration has ended before the pods roll.
        foreach (var group in workloads.GroupBy(w => w.Selector is null))
            foreach (var verdict in RollArithmetic.Judge(group, RoomIn(quota, []), RoomIn(quota, [.. group.SelectMany(w => w.PodsAmong(pods))]), where))
                yield return verdict;
    }

    private static Room RoomIn(JsonObject quota, IReadOnlyList<JsonObject> gone)
    {
        var names = Names(quota).ToList();
        var free = names.ToDictionary(n => n, n => Free(quota, n) + gone.Sum(p => PodAmounts.Of(p.At("spec"), n)));
        return new Room([new Place(free, _ => true, _ => names)]);
    }

    private static decimal Free(JsonObject quota, string name) => PodAmounts.Quantity(quota.Text("spec", "hard", name)) - PodAmounts.Quantity(quota.Text("status", "used", name));

    private static IEnumerable<string> Names(JsonObject quota) => (quota.At("spec", "hard") ?? []).Select(h => h.Key).Where(PodAmounts.IsOfPods);

    private static bool IsScoped(JsonObject quota) => quota.At("spec")?["scopes"] is JsonArray { Count: > 0 } || quota.At("spec", "scopeSelector") is not null;

    // As the quota itself counts: what has ended takes nothing any more.
    private static bool IsCounted(JsonObject pod) => pod.Text("status", "phase") is not ("Succeeded" or "Failed");
}
