using Nuke.Common;
using Nuke.Components;
using Pipeline.Incidents;

namespace Pipeline.Build.Targets;

/// <summary>Collects objects, events and logs in artifacts/; changes nothing.</summary>
internal interface IDiagnose : IRunSteps, IHazReports
{
    /// <summary>Collects objects, events and logs in artifacts/; changes nothing.</summary>
    Target Diagnose => _ => _
        .Description("Collects objects, events and logs in artifacts/; changes nothing.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Executes(() => Run(new DiagnoseStep(ArtifactsDirectory)));
}
