namespace Pipeline.Rollouts;

/// <summary>One row of the table of verdicts.</summary>
/// <param name="Condition">Its name, the cluster's own word where it has one.</param>
/// <param name="Level">What it means.</param>
/// <param name="Grace">How long it may last before it is a verdict; zero unless it is counted.</param>
/// <param name="Hint">What a person does about it.</param>
/// <param name="Source">Who says that it behaves so.</param>
internal sealed record VerdictRule(string Condition, VerdictLevel Level, TimeSpan Grace, string Hint, string Source)
{
    /// <summary>Conditions that alternate while the trouble is one and the same share a clock.</summary>
    public string Clock { get; init; } = Condition;

    /// <summary>True when it comes from the pod template, so that one pod speaks for all; false when a node or chance may be the cause.</summary>
    public bool IsOfTemplate { get; init; }

    /// <summary>True when room is what is missing: while an old pod still drains, it is no trouble yet.</summary>
    public bool IsOfRoom { get; init; }

    /// <summary>What does not heal.</summary>
    public static VerdictRule Terminal(string condition, string hint, string source) => new(condition, VerdictLevel.Terminal, TimeSpan.Zero, hint, source);

    /// <summary>What may heal within <paramref name="seconds"/>.</summary>
    public static VerdictRule Counted(string condition, int seconds, string hint, string source) =>
        new(condition, VerdictLevel.Counted, TimeSpan.FromSeconds(seconds), hint, source);

    /// <summary>What the cluster takes care of.</summary>
    public static VerdictRule Told(string condition, string hint, string source) => new(condition, VerdictLevel.Told, TimeSpan.Zero, hint, source);
}
