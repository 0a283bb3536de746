namespace Pipeline.Preflight;

/// <summary>Whether rollouts find room beside the old pods, and afterwards.</summary>
internal static class RollArithmetic
{
    /// <summary>One verdict for each workload.</summary>
    /// <param name="workloads">What rolls, at the same time.</param>
    /// <param name="now">What is free now, beside the old pods.</param>
    /// <param name="after">What would be free without the workloads' own old pods.</param>
    /// <param name="where">As in "the quota 'small'".</param>
    public static IReadOnlyList<(FindingState State, string Sentence)> Judge(IEnumerable<RollingWorkload> workloads, Room now, Room after, string where) =>
        [.. workloads.Select(w => Judge(w, now.Put(w.Pod, w.Extra), after.Put(w.Pod, w.Replicas), where))];

    /// <summary>The worst of several verdicts, with the sentences that made it.</summary>
    public static Finding Worst(string check, IReadOnlyList<(FindingState State, string Sentence)> verdicts, string advice)
    {
        var worst = verdicts.Any(v => v.State == FindingState.Failed) ? FindingState.Failed
            : verdicts.Any(v => v.State == FindingState.Warned) ? FindingState.Warned
            : FindingState.Passed;
        var sentences = string.Join("; ", verdicts.Where(v => v.State == worst).Select(v => v.Sentence));
        return new Finding(check, worst, sentences, worst == FindingState.Passed ? null : advice);
    }

    private static (FindingState State, string Sentence) Judge(RollingWorkload workload, int fits, int fitsAfter, string where)
    {
        if (fitsAfter < workload.Replicas)
            return (FindingState.Failed, $"{workload.Id}: only {fitsAfter} of {workload.Replicas} pods fit into {where}, even without its old ones");
        if (fits >= workload.Extra)
            return (FindingState.Passed, $"{workload.Id}: {workload.Replicas} pods fit into {where}{Beside(workload)}");
        // No old pod makes room for them.
        if (!workload.Rolls)
            return (FindingState.Failed, $"{workload.Id}: only {fits} of {workload.Extra} more pods fit into {where} beside the {workload.Live} that stay");
        return fits > 0 || workload.Unavailable > 0
            ? (FindingState.Warned, $"{workload.Id}: {fits} of {workload.Extra} new pods at once fit into {where} beside the {workload.Live} old ones, so the rollout takes longer")
            : (FindingState.Failed, $"{workload.Id}: no new pod fits into {where} beside the {workload.Live} old ones, and maxUnavailable is 0: the rollout would never begin");
    }

    private static string Beside(RollingWorkload workload) => workload switch
    {
        { Live: 0 } => "",
        { Rolls: false } => $", {Math.Min(workload.Live, workload.Replicas)} stay as they are{(workload.Extra > 0 ? $" and {workload.Extra} more come" : "")}",
        _ => $", {workload.Extra} at once beside the {workload.Live} old ones",
    };
}
