using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Cluster;

/// <summary>What an API server stands on.</summary>
internal sealed record ClusterServerOptions
{
    /// <summary>Where objects are kept.</summary>
    public required ClusterStore Store { get; init; }

    /// <summary>Through whom they are written.</summary>
    public required ObjectWriter Writer { get; init; }

    /// <summary>Where the tokens are kept.</summary>
    public required string Folder { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What goes wrong on purpose.</summary>
    public FaultSwitch Faults { get; init; } = new();

    /// <summary>Where it listens.</summary>
    /// <value>Where the system chooses.</value>
    public Door Door { get; init; }

    /// <summary>The containers' logs.</summary>
    /// <value>No container has written anything.</value>
    public PodLogSource Logs { get; init; } = (_, _, _) => AsyncEnumerable.Empty<string>();

    /// <summary>What pods use.</summary>
    /// <value>Nothing is known.</value>
    public PodUsageSource Usage { get; init; } = _ => null;
}
