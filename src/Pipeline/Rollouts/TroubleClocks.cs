namespace Pipeline.Rollouts;

/// <summary>Measures how long each trouble lasts without a break. Trouble that went away and comes again is new.</summary>
internal sealed class TroubleClocks(TimeProvider time)
{
    private readonly Dictionary<string, long> since = [];
    private readonly HashSet<string> seen = [];

    /// <summary>Begins a look at everything.</summary>
    public void Begin() => seen.Clear();

    /// <summary>How long the trouble lasts; zero when it is new.</summary>
    public TimeSpan Lasts(string trouble)
    {
        seen.Add(trouble);
        if (!since.TryGetValue(trouble, out var first))
            since[trouble] = first = time.GetTimestamp();
        return time.GetElapsedTime(first);
    }

    /// <summary>Counts a trouble from now on.</summary>
    public void Restart(string trouble) => since[trouble] = time.GetTimestamp();

    /// <summary>Ends the look: what was not seen in it is over.</summary>
    public void End()
    {
        foreach (var over in since.Keys.Except(seen).ToList())
            since.Remove(over);
    }
}
