namespace Pipeline.Sandbox.Faults;

/// <summary>A fault that can be rehearsed, and what the pipeline does about it.</summary>
/// <param name="Name">As in <c>registry-5xx</c>.</param>
/// <param name="Argument">What its argument means and is by default, as in <c>5 times</c>; empty when it takes none.</param>
/// <param name="Does">What goes wrong.</param>
/// <param name="Expected">What the pipeline does.</param>
/// <param name="ExitCode">What the deploy ends with.</param>
/// <param name="Says">A text in its output.</param>
/// <param name="Serves">Which version the API serves in the end.</param>
internal sealed record FaultEntry(string Name, string Argument, string Does, string Expected, int ExitCode, string Says, Serving Serves)
{
    /// <summary>True when the release brings a migration.</summary>
    public bool NeedsMigration { get; init; }

    /// <summary>True when it is the pipeline's own machine that fails: no file may grow beyond a megabyte.</summary>
    public bool LimitsFiles { get; init; }
}

/// <summary>What the API serves after a rehearsal.</summary>
internal enum Serving
{
    /// <summary>The release before.</summary>
    Old,

    /// <summary>The release.</summary>
    New,

    /// <summary>Nothing: the fault takes the API itself away.</summary>
    Nothing,
}
