using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Engine;

/// <summary>What an engine is started with.</summary>
/// <param name="Folder">Where images and layers are kept; what an earlier run left there is there again.</param>
/// <param name="Faults">Which faults are on.</param>
/// <param name="Time">The clock.</param>
internal sealed record EngineOptions(string Folder, FaultSwitch Faults, TimeProvider Time)
{
    /// <summary>Where it listens.</summary>
    /// <value>Where the system chooses.</value>
    public Door Door { get; init; }

    /// <summary>Host and port of the registry that stands for all registries in the world when a base image is looked for.</summary>
    /// <value>Null: no base image is found, save at a registry on this machine that its name says.</value>
    public string? Registry { get; init; }
}
