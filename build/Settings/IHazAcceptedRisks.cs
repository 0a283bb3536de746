using Nuke.Common;
using Pipeline.Releases;

namespace Pipeline.Build.Settings;

/// <summary>Risks that a person accepts; the record keeps who did.</summary>
internal interface IHazAcceptedRisks : INukeBuild
{
    /// <summary>No backup.</summary>
    [Parameter("Changes the environment without a proven backup of this release.")]
    bool AcceptNoBackup => TryGetValue<bool?>(() => AcceptNoBackup) ?? false;

    /// <summary>No preflight.</summary>
    [Parameter("Changes the environment without a passed preflight of this release.")]
    bool AcceptNoPreflight => TryGetValue<bool?>(() => AcceptNoPreflight) ?? false;

    /// <summary>These settings as the engine takes them.</summary>
    AcceptedRisks Risks => new() { AcceptNoBackup = AcceptNoBackup, AcceptNoPreflight = AcceptNoPreflight };
}
