using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Registry;

/// <summary>What a registry is started with.</summary>
/// <param name="Folder">Where blobs, manifests and tags are kept; what an earlier run left there is there again.</param>
/// <param name="Faults">Which faults are on.</param>
/// <param name="Time">The clock.</param>
internal sealed record RegistryOptions(string Folder, FaultSwitch Faults, TimeProvider Time)
{
    /// <summary>Where it listens.</summary>
    /// <value>Where the system chooses.</value>
    public Door Door { get; init; }

    /// <summary>The only account that may read and write.</summary>
    /// <value>Null: everybody may.</value>
    public RegistryAccount? Account { get; init; }
}

/// <summary>An account at the registry.</summary>
/// <param name="User">Its name.</param>
/// <param name="Password">Its password.</param>
/// <param name="UsesTokens">True when the registry asks for a token of its own token service instead of the password itself.</param>
internal sealed record RegistryAccount(string User, string Password, bool UsesTokens = false);
