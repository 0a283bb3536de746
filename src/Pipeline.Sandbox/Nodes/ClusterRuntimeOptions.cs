using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Nodes;

/// <summary>What controllers and nodes need.</summary>
internal sealed record ClusterRuntimeOptions
{
    public required ClusterStore Store { get; init; }

    public required ObjectWriter Writer { get; init; }

    /// <summary>Where logs are kept.</summary>
    public required string Folder { get; init; }

    public required PullImage PullImage { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public FaultSwitch Faults { get; init; } = new();

    public IReadOnlyList<NodeOptions> Nodes { get; init; } = [new()];
}
