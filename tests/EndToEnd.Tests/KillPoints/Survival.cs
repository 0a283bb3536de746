namespace EndToEnd.Tests.KillPoints;

/// <summary>How an environment came through a kill point.</summary>
/// <param name="Name">The point's name, and what followed.</param>
/// <param name="Struck">False when the run had ended before it came there.</param>
/// <param name="Faults">A sentence for everything that was not as it must be afterwards.</param>
/// <param name="Took">How long it took.</param>
internal sealed record Survival(string Name, bool Struck, IReadOnlyList<string> Faults, TimeSpan Took)
{
    /// <summary>As in <c>passed   4.1 s  Migrate: POST jobs, after, then Rollback</c>.</summary>
    public string Line => $"{(Faults.Count > 0 ? "FAILED" : Struck ? "passed" : "not reached")} {Took.TotalSeconds,5:0.0} s  {Name}";
}
