using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Releases;
using Pipeline.Verification;

namespace Pipeline.Incidents;

/// <summary>The sentences of a report that are the same however it is written.</summary>
internal static class IncidentWords
{
    /// <summary>What people have to find out and write down.</summary>
    public static readonly ImmutableArray<string> Questions =
    [
        "What did users see, and how many of them?",
        "How was it noticed, and how long after it began?",
        "What caused it?",
        "Why did no check, test or review find it before the release?",
        "Was data lost or written wrongly? (./build.sh Diagnose, and the backup of this release)",
        "What made the way back slower or harder than it had to be?",
        "What changes so that it does not happen again, who does it, and until when?",
    ];

    /// <summary>How the release or the rollback ended.</summary>
    public static string Outcome(Release release) => (release.Rollback, release.Outcome) switch
    {
        ({ } back, ReleaseOutcome.Succeeded) => $"release {back.To} serves again, and was verified",
        (null, ReleaseOutcome.Succeeded) => "put back; the release had served before, and serves",
        (_, ReleaseOutcome.PutBack) => "put back: the release before serves again",
        (_, ReleaseOutcome.Unfinished) => "not known: its run was stopped, or still goes on",
        (_, ReleaseOutcome.Failed) => "failed before anything was changed",
        _ => "NOT PUT BACK in full: a person must look",
    };

    /// <summary>How long users were affected. Never a guess: what nobody measured is called so.</summary>
    public static string Affected(AvailabilityResult? seen)
    {
        if (seen is null)
            return "Not measured";
        var probes = seen.Addresses.Sum(a => a.Asked);
        var when = string.Create(CultureInfo.InvariantCulture, $"{probes} probes from {seen.From.UtcDateTime:HH:mm:ss} to {seen.To.UtcDateTime:HH:mm:ss} UTC; before that nobody measured");
        return seen.Addresses.Sum(a => a.Failed) switch
        {
            0 => $"No probe failed ({when})",
            var failed => $"For {Span(TimeSpan.FromSeconds(seen.AffectedSeconds))}{(seen.StillFails ? ", and still at the end" : "")} ({failed} of {when})",
        };
    }

    /// <summary>A span for people: <c>4.2 s</c>, <c>3 min 5 s</c>, <c>2 h 10 min</c>.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
        { TotalMinutes: < 60 } => $"{(int)span.TotalMinutes} min {span.Seconds} s",
        _ => $"{(int)span.TotalHours} h {span.Minutes} min",
    };
}
