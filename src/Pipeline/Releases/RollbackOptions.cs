using Pipeline.Settings;

namespace Pipeline.Releases;

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

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults) => faults.Number(nameof(RollbackTo), RollbackTo, 0, 1, int.MaxValue);

    /// <summary><see cref="RollbackTo"/> as a number; null when none was given.</summary>
    public int? Number => string.IsNullOrWhiteSpace(RollbackTo) ? null : new Faults().Number(nameof(RollbackTo), RollbackTo, 0, 1, int.MaxValue);
}
