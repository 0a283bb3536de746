using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>The checks that a person leaves out of both phases, and why; the record keeps who did.</summary>
public sealed record SkippedChecks
{
    /// <summary>Names as the table shows them, separated by commas.</summary>
    /// <value>None.</value>
    public string? PreflightSkip { get; init; }

    /// <summary>Why, in the person's words; needed as soon as a check is left out.</summary>
    public string? Reason { get; init; }

    /// <summary>The names, one by one.</summary>
    internal IReadOnlyList<string> Names => (PreflightSkip ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        foreach (var name in Names.Except(CheckName.All))
            faults.Add(nameof(PreflightSkip), $"there is no check '{name}'. Checks: {string.Join(", ", CheckName.All)}.");
        if (Names.Count > 0 && string.IsNullOrWhiteSpace(Reason))
            faults.Add(nameof(Reason), $"{Flag.Of(nameof(PreflightSkip))} leaves out checks; say why, the record keeps it.");
    }

    /// <summary>Who leaves out a check and why; null when it is not left out.</summary>
    internal string? SentenceFor(string check) => Names.Contains(check) ? $"left out by {Operator.Describe()}: {Reason}" : null;

    /// <summary>Writes into the record what is left out, by whom and why.</summary>
    internal async Task JournalAsync(StepContext context, CancellationToken cancellation)
    {
        if (Names.Count > 0)
            await context.Ledger.UpdateAsync(r => r with { Accepted = [.. r.Accepted.Union(Names.Select(n => $"{Flag.Of(nameof(PreflightSkip))} {n}, {SentenceFor(n)}"))] }, cancellation);
    }
}
