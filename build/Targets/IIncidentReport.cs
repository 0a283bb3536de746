using Nuke.Common;
using Pipeline.Incidents;

namespace Pipeline.Build.Targets;

/// <summary>Writes the report of an undo or a rollback again, from the record.</summary>
internal interface IIncidentReport : IRunSteps
{
    /// <summary>Which one.</summary>
    [Parameter("The release that was put back or rolled back from, or the rollback's number. Default: the newest incident.")]
    string? IncidentRelease => TryGetValue(() => IncidentRelease);

    /// <summary>Writes the report of an undo or a rollback again, from the record.</summary>
    Target IncidentReport => _ => _
        .Description("Writes the report of an undo or a rollback again, from the record; changes nothing.")
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Executes(() => Run(new IncidentReportStep(ArtifactsDirectory, IncidentRelease)));
}
