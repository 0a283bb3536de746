using Serilog;

namespace Pipeline.Rollouts;

/// <summary>Says once what stands in an object's way, and once that it is over.</summary>
/// <param name="log">The step's log.</param>
/// <param name="subject">What each line begins with, as in <c>Deployment/api</c>.</param>
/// <param name="time">The clock.</param>
internal sealed class FindingNews(ILogger log, string subject, TimeProvider time)
{
    private readonly Dictionary<string, (RolloutFinding Finding, long Since)> told = [];

    /// <summary>Says what is new since the last call.</summary>
    public void Tell(IReadOnlyList<RolloutFinding> findings)
    {
        foreach (var finding in findings.Where(IsNews))
            log.Warning("{Subject:l}: {Sentence:l}{Grace:l}", subject, finding.Sentence, GraceOf(finding));
        foreach (var over in told.Keys.Except(findings.Select(f => f.Subject)).ToList())
            if (told.Remove(over, out var gone) && gone.Finding.Rule.Level == VerdictLevel.Counted && gone.Finding.Rule != VerdictRules.ReadinessFailing)
                log.Information("{Subject:l}: over after {Seconds:0} s: {Sentence:l}", subject, time.GetElapsedTime(gone.Since).TotalSeconds, gone.Finding.Sentence);
        foreach (var finding in findings)
            told[finding.Subject] = (finding, Since(finding));
    }

    // The person waits from the first sight on: a finding's own time stands still where it is not counted, and ends with the last event.
    private long Since(RolloutFinding finding) =>
        told.TryGetValue(finding.Subject, out var before) && before.Finding.Rule == finding.Rule ? before.Since : time.GetTimestamp();

    // A probe that does not answer yet is how every start looks.
    private bool IsNews(RolloutFinding finding) =>
        finding.Rule != VerdictRules.ReadinessFailing && (!told.TryGetValue(finding.Subject, out var before) || before.Finding.Rule != finding.Rule);

    private static string GraceOf(RolloutFinding finding) =>
        finding.Rule.Level == VerdictLevel.Counted ? $"; it may heal within {finding.Grace.TotalSeconds:0} s" : "";
}
