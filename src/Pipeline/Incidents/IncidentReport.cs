using System.Collections.Immutable;
using Pipeline.Releases;
using Pipeline.Verification;

namespace Pipeline.Incidents;

/// <summary>What a report says, whatever it is written as. Made from the record alone; every text is masked.</summary>
internal sealed record IncidentReport
{
    /// <summary>The number of the release that was put back, or of the rollback.</summary>
    public required int Number { get; init; }

    /// <summary>As in "production: release 7 (1.7.0) failed and was put back".</summary>
    public required string Title { get; init; }

    /// <summary>How it ended, for the eye.</summary>
    public required IncidentEnd End { get; init; }

    /// <summary>When it began and ended, by whom, why.</summary>
    public required ImmutableArray<IncidentFact> Facts { get; init; }

    /// <summary>Each release that was taken back, and the one that serves again.</summary>
    public required ImmutableArray<ReleasedRow> Released { get; init; }

    /// <summary>What was seen: failures with all that they said, then what stood out in the evidence.</summary>
    public required ImmutableArray<SeenFault> Faults { get; init; }

    /// <summary>What stood out in the evidence.</summary>
    public required ImmutableArray<string> Standouts { get; init; }

    /// <summary>What was put back and what was not.</summary>
    public required ImmutableArray<PutBackResult> PutBack { get; init; }

    /// <summary>Whether users were answered; null when nobody measured.</summary>
    public AvailabilityResult? Availability { get; init; }

    /// <summary>How long users were affected, in a sentence.</summary>
    public required string Affected { get; init; }

    /// <summary>The file name of the evidence; null when none was kept.</summary>
    public string? Evidence { get; init; }

    /// <summary>Everything that has a time, in its order.</summary>
    public required ImmutableArray<TimelineEntry> Timeline { get; init; }

    /// <summary>What people still have to find out.</summary>
    public required ImmutableArray<string> Questions { get; init; }

    /// <summary>Makes it.</summary>
    /// <param name="release">The release that was put back, or the rollback.</param>
    /// <param name="history">The kept releases.</param>
    /// <param name="mask">Takes secrets out of a text.</param>
    public static IncidentReport Of(Release release, ReleaseHistory history, Func<string, string> mask) => new IncidentReading(release, history, mask).Report();
}

/// <summary>How an incident ended.</summary>
internal enum IncidentEnd
{
    /// <summary>The older release serves.</summary>
    Back,

    /// <summary>Something is still changed: a person must look.</summary>
    NotBack,

    /// <summary>It was stopped, or still goes on.</summary>
    Unfinished,
}

/// <summary>One line of the head.</summary>
internal sealed record IncidentFact(string Name, string Value);

/// <summary>One release of the incident.</summary>
internal sealed record ReleasedRow(string Role, int Number, string Version, string Commit, string By, DateTimeOffset Started, string Image, string Schema, string Outcome);

/// <summary>A failure: of which step of which release, and what it said.</summary>
internal sealed record SeenFault(string Where, string Said);

/// <summary>One line of the timeline.</summary>
internal sealed record TimelineEntry(DateTimeOffset At, string What, bool IsBad = false);
