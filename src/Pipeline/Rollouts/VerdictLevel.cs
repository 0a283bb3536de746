namespace Pipeline.Rollouts;

/// <summary>What a condition means for a rollout.</summary>
internal enum VerdictLevel
{
    /// <summary>A person hears of it; it decides nothing, because the cluster itself takes care of it.</summary>
    Told,

    /// <summary>It often heals by itself: a verdict once it lasted for its grace.</summary>
    Counted,

    /// <summary>It never heals without a change by a person: a verdict at once.</summary>
    Terminal,
}
