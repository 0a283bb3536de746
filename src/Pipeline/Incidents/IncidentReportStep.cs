using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Incidents;

/// <summary>Makes the report of an undo or a rollback again, from the record alone.</summary>
/// <param name="folder">Where it goes.</param>
/// <param name="incidentRelease">A release that was put back or rolled back from, or the number of the rollback; the newest incident when it is null.</param>
public sealed class IncidentReportStep(string folder, string? incidentRelease) : IStep
{
    /// <inheritdoc />
    public string Name => "IncidentReport";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        var number = faults.Number(nameof(IncidentRelease), incidentRelease, 0, 0, int.MaxValue);
        faults.ThrowIfAny();
        var history = await context.HistoryAsync(cancellation);
        if (!string.IsNullOrWhiteSpace(incidentRelease) && history.FindUnreadable(number) is { } lost)
            throw FailureException.Refused($"--incident-release: {lost.Sentence}");
        var release = IncidentReading.Find(history, string.IsNullOrWhiteSpace(incidentRelease) ? null : number) ?? throw FailureException.Refused(Unknown(history));
        var path = await IncidentFiles.WriteAsync(folder, IncidentReport.Of(release, history, text => EvidenceMask.Without(context.Redact(text))));
        context.Log.Information("Incident {Number}: {Outcome:l}; users affected: {Affected:l}", release.Number, IncidentWords.Outcome(release), IncidentWords.Affected(release.Incident?.Availability));
        context.Summary.Changed($"the incident report is in '{path}'");
    }

    // The option's name, for its flag.
    private string? IncidentRelease => incidentRelease;

    private string Unknown(ReleaseHistory history)
    {
        var known = history.Releases.Where(r => r.Incident is not null || r.Rollback is not null).Select(r => $"{r.Number} ({r.Version})").ToList();
        var which = IncidentRelease is null ? "No kept release was put back or rolled back from" : $"--incident-release: release {IncidentRelease} was neither put back nor rolled back from, or is not kept";
        return $"{which}. {(known.Count == 0 ? "There is no incident to report." : $"Incidents are: {string.Join(", ", known)}.")}";
    }
}
