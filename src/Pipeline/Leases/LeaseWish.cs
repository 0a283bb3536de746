namespace Pipeline.Leases;

/// <summary>What a run does for the deploy lock when another one holds it.</summary>
/// <param name="Purpose">What the run does, as in "Deploy of 1.4.2".</param>
internal sealed record LeaseWish(string Purpose)
{
    /// <summary>How long it waits for a holder that is at work.</summary>
    /// <value>Not at all.</value>
    public TimeSpan Wait { get; init; }

    /// <summary>Asked with the sentence about the holder: why that run is to end, in a person's words; null to leave it alone.</summary>
    /// <value>Leaves it alone.</value>
    public Func<string, string?> TakeOver { get; init; } = _ => null;
}
