namespace Pipeline.Sandbox.Nodes;

/// <summary>Which lines of a log are wanted, as <c>kubectl logs</c> asks for them.</summary>
internal sealed record PodLogOptions
{
    /// <summary>Only the last so many lines; null for all.</summary>
    public int? Tail { get; init; }

    /// <summary>The run before, instead of the newest.</summary>
    public bool Previous { get; init; }

    /// <summary>Go on with lines as they are written, until the container ends.</summary>
    public bool Follow { get; init; }

    /// <summary>Only lines from then on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Begin each line with its time.</summary>
    public bool Timestamps { get; init; }
}
