using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>No PodDisruptionBudget forbids every eviction of the release's pods: with such a one no node can be drained.</summary>
/// <param name="shared">The workloads.</param>
internal sealed class DisruptionBudgetsCheck(SharedReads shared) : IPreflightCheck
{
    private const string BudgetKind = "PodDisruptionBudget";

    /// <inheritdoc />
    public string Name => CheckName.DisruptionBudgets;

    /// <inheritdoc />
    public string Needs => CheckName.Namespace;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var runs = await shared.DryRunsAsync(context, cancellation);
        var ours = runs.Where(r => r.Sent.Kind() == BudgetKind).Select(r => r.Sent).ToList();
        var workloads = RollingWorkload.In(runs).Where(w => w.Selector is not null).ToList();
        var live = await LiveAsync(cluster, cancellation);
        var budgets = ours.Concat(live.Where(l => !ours.Exists(o => o.Name() == l.Name()))).ToList();
        var stuck = workloads.SelectMany(w => Stuck(w, [.. budgets.Where(b => LabelSelector.Matches(b.At("spec", "selector"), w.Labels))])).ToList();
        if (stuck.Count == 0)
            return new Finding(Name, FindingState.Passed, $"{budgets.Count} in '{cluster.Namespace}', each lets a pod go");
        // One that is not this release's is somebody else's decision.
        var state = stuck.Exists(s => ours.Contains(s.Budget)) ? FindingState.Failed : FindingState.Warned;
        return new Finding(Name, state, $"{string.Join("; ", stuck.Select(s => s.Sentence))}.", "Let it be one pod fewer than there are replicas, in one budget.");
    }

    private static async Task<IReadOnlyList<JsonObject>> LiveAsync(ClusterConnection cluster, CancellationToken cancellation)
    {
        var discovery = new Discovery(cluster);
        var resource = await discovery.FindAsync("policy/v1", BudgetKind, cancellation) ?? await discovery.FindAsync("policy/v1beta1", BudgetKind, cancellation);
        return resource is null ? [] : await cluster.ListAsync(resource, null, cancellation);
    }

    private static IEnumerable<(JsonObject Budget, string Sentence)> Stuck(RollingWorkload workload, IReadOnlyList<JsonObject> budgets)
    {
        // The eviction API refuses outright when it finds more than one.
        if (budgets.Count > 1)
            yield return (budgets[0], $"{workload.Id}: {string.Join(" and ", budgets.Select(b => $"'{b.Name()}'"))} select the same pods, so none can be evicted");
        foreach (var budget in budgets)
            if (Allowed(budget, workload.Replicas) <= 0)
                yield return (budget, $"'{budget.Name()}' ({Rule(budget)}) never lets one of the {workload.Replicas} pods of {workload.Id} go");
    }

    private static int Allowed(JsonObject budget, int replicas) => budget.Text("spec", "maxUnavailable") is { } most
        ? RollingWorkload.Share(most, replicas, Math.Ceiling)
        : replicas - RollingWorkload.Share(budget.Text("spec", "minAvailable") ?? "0", replicas, Math.Ceiling);

    private static string Rule(JsonObject budget) =>
        budget.Text("spec", "maxUnavailable") is { } most ? $"maxUnavailable {most}" : $"minAvailable {budget.Text("spec", "minAvailable")}";
}
