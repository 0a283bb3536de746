using Nuke.Common;
using Pipeline.Incidents;

namespace Pipeline.Build.Targets;

/// <summary>Collects objects, events, logs, answers and usage in one bundle in artifacts/; changes nothing.</summary>
internal interface IDiagnose : IRunSteps
{
    /// <summary>Collects objects, events, logs, answers and usage in one bundle in artifacts/; changes nothing.</summary>
    Target Diagnose => _ => _
        .Description("Collects objects, events, logs, answers and usage in one bundle in artifacts/; changes nothing.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Executes(() => Run(new DiagnoseStep(ArtifactsDirectory)));
}
