using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Leases;

namespace Pipeline.Build.Targets;

/// <summary>Frees the deploy lock of a run that is known to be dead.</summary>
internal interface IUnlock : IRunSteps, IHazReason
{
    /// <summary>Frees the deploy lock of a run that is known to be dead.</summary>
    Target Unlock => _ => _
        .Description("Frees the deploy lock of a run that is known to be dead.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => Reason)
        .Executes(() => Run(new UnlockStep(Reason)));
}
