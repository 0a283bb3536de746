namespace Pipeline.Rollouts;

/// <summary>One thing that stands in a rollout's way.</summary>
/// <param name="Rule">What it means.</param>
/// <param name="Subject">What has the trouble, the same for as long as it is the same trouble.</param>
/// <param name="Sentence">Which object, and what the cluster says.</param>
/// <param name="Lasts">For how long it was seen.</param>
/// <param name="Grace">How long it may last; the rule's own unless the object's settings say more.</param>
internal sealed record RolloutFinding(VerdictRule Rule, string Subject, string Sentence, TimeSpan Lasts, TimeSpan Grace)
{
    /// <summary>True once it may decide.</summary>
    public bool IsCertain => Rule.Level != VerdictLevel.Told && Lasts >= Grace;

    /// <summary>True when it is a pod's own.</summary>
    public bool IsOf(string pod) => Subject.StartsWith($"{pod}/", StringComparison.Ordinal);
}

/// <summary>One look at a rollout.</summary>
/// <param name="IsDone">True once every pod is new and serves.</param>
/// <param name="Failure">The reason to give up, or null while there is hope.</param>
/// <param name="Findings">Everything in its way.</param>
/// <param name="LookAgainIn">When time alone may change the verdict; null when only the cluster can.</param>
internal sealed record RolloutLook(bool IsDone, RolloutFinding? Failure, IReadOnlyList<RolloutFinding> Findings, TimeSpan? LookAgainIn);
