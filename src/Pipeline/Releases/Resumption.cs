namespace Pipeline.Releases;

/// <summary>What a run finds of a release that earlier runs did not bring to a good end.</summary>
/// <param name="Found">Its record as they left it.</param>
internal sealed record Resumption(Release Found)
{
    /// <summary>The steps that change what serves; the schema is never taken back by itself.</summary>
    private static readonly string[] Changing = ["Deploy", "SyncFrontend"];

    /// <summary>The steps in which an earlier run may have changed what serves, and did not put it back.</summary>
    public IEnumerable<string> Changed =>
        Found.Outcome is ReleaseOutcome.Unfinished or ReleaseOutcome.NotPutBack ? Changing.Where(c => Found.Steps.Any(s => s.Name == c)) : [];

    /// <summary>What the person reads at the start: who began it, what is said to be done, and where it goes on.</summary>
    public string Sentence
    {
        get
        {
            var done = Found.Steps.Where(s => s.State == StepState.Done).Select(s => s.Name).ToList();
            var open = Found.Steps.Where(s => s.State != StepState.Done).Select(s => $"{s.Name} ({Word(s.State)})").ToList();
            return $"Going on with release {Found.Number} ({Found.Version}), which {Found.StartedBy} began {Found.Started.UtcDateTime:yyyy-MM-dd HH:mm} UTC: "
                + $"{(done.Count > 0 ? $"{string.Join(", ", done)} done, and proven again now" : "nothing of it is done")}"
                + $"{(open.Count > 0 ? $"; {string.Join(", ", open)} and what follows go on" : "; what follows goes on")}";
        }
    }

    /// <summary>What earlier runs left of the opened release; null when it is new or had ended well.</summary>
    public static Resumption? In(ReleaseHistory history, Release opened) =>
        history.Find(opened.Number) is { Rollback: null, Outcome: not ReleaseOutcome.Succeeded } found && !ReferenceEquals(found, opened) ? new Resumption(found) : null;

    private static string Word(StepState state) => state switch
    {
        StepState.Running => "cut off",
        StepState.Cancelled => "stopped",
        _ => "failed",
    };
}

/// <summary>A run that went on with a release that others had begun.</summary>
/// <param name="By">User and host, or the CI run's address.</param>
/// <param name="At">When it joined, in UTC.</param>
public sealed record ResumedRun(string By, DateTimeOffset At);
