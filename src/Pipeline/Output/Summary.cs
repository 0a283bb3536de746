namespace Pipeline.Output;

/// <summary>What is printed once, at the end: what changed, what was left alone, how to go back.</summary>
public sealed class Summary
{
    private readonly Lock gate = new();
    private readonly List<string> changed = [];
    private readonly List<string> putBack = [];
    private readonly List<string> leftAlone = [];
    private string? wayBack;

    /// <summary>Something that is different now.</summary>
    public void Changed(string sentence)
    {
        lock (gate)
            changed.Add(sentence);
    }

    /// <summary>Something that this run had changed and that is again as it was.</summary>
    public void PutBack(string sentence)
    {
        lock (gate)
            putBack.Add(sentence);
    }

    /// <summary>Something that was already as it should be.</summary>
    public void LeftAlone(string sentence)
    {
        lock (gate)
            leftAlone.Add(sentence);
    }

    /// <summary>Whether the release before could come back.</summary>
    public void WayBack(string sentence)
    {
        lock (gate)
            wayBack = sentence;
    }

    /// <summary>True when nothing outside the record changed.</summary>
    public bool NothingChanged
    {
        get
        {
            lock (gate)
                return changed.Count == 0;
        }
    }

    /// <summary>The lines in the order they are printed.</summary>
    public IReadOnlyList<string> Lines()
    {
        lock (gate)
            return [.. changed.Select(s => "changed      " + s), .. putBack.Select(s => "put back     " + s), .. leftAlone.Select(s => "left alone   " + s), .. wayBack is null ? (string[])[] : ["way back     " + wayBack]];
    }
}
