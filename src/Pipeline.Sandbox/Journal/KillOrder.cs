namespace Pipeline.Sandbox.Journal;

/// <summary>At which request a client's process is ended, with a signal that it cannot hear.</summary>
/// <param name="Process">The process.</param>
/// <param name="After">False: the request is not handled. True: it is, and its answer is never sent.</param>
internal sealed record KillOrder(int Process, bool After)
{
    /// <summary>The request's number in the journal; null when the others say which it is.</summary>
    public int? Number { get; init; }

    /// <summary>The part that is asked.</summary>
    public string? Door { get; init; }

    /// <summary>The method.</summary>
    public string? Method { get; init; }

    /// <summary>The path's shape.</summary>
    public string? Shape { get; init; }

    /// <summary>Which of the requests that are alike.</summary>
    public int Nth { get; init; } = 1;

    /// <summary>True for the request that is meant.</summary>
    public bool Means(JournalEntry entry) =>
        Number is { } number ? entry.Number == number : (entry.Door, entry.Method, entry.Shape, entry.Nth) == (Door, Method, Shape, Nth);
}
