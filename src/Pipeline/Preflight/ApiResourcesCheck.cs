using Pipeline.Cluster;
using Pipeline.Rollouts;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The API's pods may use what the environment's resource table gives them, and the nodes have the disk for it.</summary>
/// <param name="shared">Workloads and nodes.</param>
/// <param name="manifests">Which image is the API's.</param>
/// <param name="expected">The table's row; null when there is none.</param>
internal sealed class ApiResourcesCheck(SharedReads shared, ManifestOptions manifests, ComponentResources? expected) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.ApiResources;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        if (expected is null)
            return new Finding(Name, FindingState.NotChecked, "--expected-resources states nothing for 'api'");
        var workloads = RollingWorkload.In(await shared.DryRunsAsync(context, cancellation)).Where(w => w.Selector is not null && RunsTheApi(w)).ToList();
        var faults = workloads.SelectMany(Less).ToList();
        var nodes = await shared.NodesAsync(context, cancellation);
        var each = PodAmounts.Quantity(expected.Storage);
        var places = nodes.Where(NodeRoom.IsUsable).Sum(n => (int)(PodAmounts.Quantity(n.Text("status", "allocatable", "ephemeral-storage")) / each));
        if (workloads.Sum(w => w.Replicas) is var pods && places < pods)
            faults.Add($"the nodes' disks have {expected.Storage} for {places} of {pods} pods");
        return faults.Count == 0
            ? new Finding(Name, FindingState.Passed, $"as expected: {expected}")
            : new Finding(Name, FindingState.Failed, $"{string.Join("; ", faults)}; expected: {expected}.", "Correct the manifest's limits, the nodes, or --expected-resources.");
    }

    private bool RunsTheApi(RollingWorkload workload) => PodTemplate.ContainersOf(workload.Pod).Any(c => c.Text("image")?.Contains(manifests.ImageRepository, StringComparison.Ordinal) == true);

    // A limit that is not there is none.
    private IEnumerable<string> Less(RollingWorkload workload) =>
        from row in ((string Resource, string Amount)[])[("cpu", expected!.Cpu), ("memory", expected.Memory)]
        let limit = PodAmounts.Of(workload.Pod, $"limits.{row.Resource}")
        where limit > 0 && limit < PodAmounts.Quantity(row.Amount)
        select $"{workload.Id}: its limit of {row.Resource} is less than {row.Amount}";
}
