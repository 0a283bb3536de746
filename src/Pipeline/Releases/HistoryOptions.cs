namespace Pipeline.Releases;

/// <summary>How the history is shown.</summary>
public sealed record HistoryOptions
{
    /// <summary>Where every kept record goes as JSON, for programs.</summary>
    /// <value>Null: a table in the log, for people.</value>
    public Stream? HistoryJson { get; init; }
}
