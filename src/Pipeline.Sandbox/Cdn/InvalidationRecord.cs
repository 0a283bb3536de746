using System.Collections.Immutable;

namespace Pipeline.Sandbox.Cdn;

/// <summary>Paths that the edge was told to forget.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Reference">The caller's name for it; the same name with the same paths is the same invalidation.</param>
/// <param name="Paths">The paths, in the order they came.</param>
/// <param name="Created">When it was asked for.</param>
/// <param name="IsCompleted">True once the edge has forgotten.</param>
internal sealed record InvalidationRecord(string Id, string Reference, ImmutableArray<string> Paths, DateTimeOffset Created, bool IsCompleted = false)
{
    public string Status => IsCompleted ? "Completed" : "InProgress";
}
