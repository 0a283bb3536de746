using Pipeline.Settings;

namespace Pipeline.Rollbacks;

/// <summary>Where to go back to, and why.</summary>
public sealed record RollbackOptions
{
    /// <summary>The number of the release to go back to.</summary>
    /// <value>The last verified release before the one that is live.</value>
    public string? RollbackTo { get; init; }

    /// <summary>Why, in a person's words; the record keeps it.</summary>
    public string? Reason { get; init; }

    /// <summary>Asked with the sentence about what will happen before anything changes; false leaves everything as it is.</summary>
    /// <value>Goes on.</value>
    public Func<string, bool> Confirm { get; init; } = _ => true;

    /// <summary>Ends a run that holds the deploy lock, and what it left at work in the cluster, instead of being refused; <see cref="Reason"/> says why.</summary>
    /// <value>False.</value>
    public bool TakeOver { get; init; }

    /// <summary>Asked with the sentence about a run that holds the deploy lock; true ends that run as <see cref="TakeOver"/> does.</summary>
    /// <value>Leaves it alone.</value>
    public Func<string, bool> Offer { get; init; } = _ => false;

    /// <summary>Why a run that holds the deploy lock is to end; null to leave it alone.</summary>
    /// <param name="held">The sentence about that run.</param>
    internal string? WhyEnd(string held) =>
        TakeOver || Offer($"{held}. Going on ends that run") ? Reason ?? "a person at the terminal said so" : null;

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        faults.Number(nameof(RollbackTo), RollbackTo, 0, 0, int.MaxValue);
        if (TakeOver)
            faults.Require(nameof(Reason), Reason, "why the other run is ended");
    }

    /// <summary><see cref="RollbackTo"/> as a number; null when none was given.</summary>
    public int? Number => string.IsNullOrWhiteSpace(RollbackTo) ? null : new Faults().Number(nameof(RollbackTo), RollbackTo, 0, 0, int.MaxValue);
}
