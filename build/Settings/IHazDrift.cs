using Nuke.Common;
using Pipeline.Releases;

namespace Pipeline.Build.Settings;

/// <summary>How closely Status looks.</summary>
internal interface IHazDrift : IHazPublicAddresses
{
    /// <summary>Compares with the record.</summary>
    [Parameter("Compares what runs with what the record says: fields, digests, revision, pages.")]
    bool Drift => TryGetValue<bool?>(() => Drift) ?? false;

    /// <summary>Makes a difference a failure.</summary>
    [Parameter("Status fails (1) when --drift finds a difference.")]
    bool FailOnDrift => TryGetValue<bool?>(() => FailOnDrift) ?? false;

    /// <summary>These settings as the engine takes them.</summary>
    StatusOptions StatusOptions => new() { Drift = Drift, FailOnDrift = FailOnDrift, Verification = Verification, Frontend = Frontend };
}
