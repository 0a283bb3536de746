using System.Linq.Expressions;

namespace Nuke.Common.Execution;

/// <summary>A target and the targets it names.</summary>
internal sealed record BuildTarget(string Name, string? Description, bool IsListed, IReadOnlyList<Func<Task>> Actions, IReadOnlyList<LambdaExpression> Requirements)
{
    /// <summary>The place at which it was declared.</summary>
    public int Position { get; init; }

    /// <summary>Run before it and because of it.</summary>
    public IReadOnlyList<BuildTarget> Needs { get; set; } = [];

    /// <summary>Run before it when they run at all.</summary>
    public IReadOnlyList<BuildTarget> Later { get; set; } = [];

    /// <summary>Run after it and because of it.</summary>
    public IReadOnlyList<BuildTarget> Triggers { get; set; } = [];

    /// <summary>All that runs before it when both run.</summary>
    public IReadOnlyList<BuildTarget> WaitsFor { get; set; } = [];

    // Targets are told apart by identity; comparing their lists would walk the graph in circles.
    public bool Equals(BuildTarget? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);

    public override string ToString() => Name;
}
