using System.Collections.Immutable;
using Pipeline.Verification;

namespace Pipeline.Incidents;

/// <summary>What the record keeps of an undo or a rollback beside its steps, so that the report can be made again. Bounded in size; secrets are masked.</summary>
public sealed record IncidentFacts
{
    /// <summary>What happened, in the order of time.</summary>
    public ImmutableArray<IncidentEvent> Events { get; init; } = [];

    /// <summary>What stood out in the evidence before anything was put back.</summary>
    public ImmutableArray<string> Seen { get; init; } = [];

    /// <summary>What was put back, and what could not be.</summary>
    public ImmutableArray<PutBackResult> PutBack { get; init; } = [];

    /// <summary>The file name of the evidence; null when none was kept.</summary>
    public string? Evidence { get; init; }

    /// <summary>Whether users were answered; null when nobody measured.</summary>
    public AvailabilityResult? Availability { get; init; }
}

/// <summary>Something that happened.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="What">What, in a sentence.</param>
/// <param name="IsBad">True when it went wrong.</param>
public sealed record IncidentEvent(DateTimeOffset At, string What, bool IsBad = false);

/// <summary>How putting one thing back ended.</summary>
/// <param name="What">As in "the pages".</param>
/// <param name="WhyNot">Why it is not back; null when it is.</param>
public sealed record PutBackResult(string What, string? WhyNot = null);
