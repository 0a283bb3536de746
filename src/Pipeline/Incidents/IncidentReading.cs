using Pipeline.Releases;

namespace Pipeline.Incidents;

/// <summary>Reads an incident out of the record.</summary>
internal sealed class IncidentReading(Release release, ReleaseHistory history, Func<string, string> mask)
{
    private readonly IncidentFacts facts = release.Incident ?? new IncidentFacts();

    /// <summary>The release in which the facts of an incident stand; null when it had none.</summary>
    /// <param name="history">The kept releases.</param>
    /// <param name="number">A release that was put back, one that a rollback left, or a rollback; the newest incident when null.</param>
    public static Release? Find(ReleaseHistory history, int? number) =>
        number is null
            ? history.Releases.FirstOrDefault(IsOne)
            : history.Releases.FirstOrDefault(r => r.Number == number && IsOne(r))
                ?? history.Releases.FirstOrDefault(r => r.Rollback?.From == number)
                ?? (history.Find(number.Value) is { } left ? history.Releases.LastOrDefault(r => IsTakenBack(left, r)) : null);

    /// <summary>The report.</summary>
    public IncidentReport Report() => new()
    {
        Number = release.Number,
        Title = $"{release.Environment}: {SupportNotice.End(release)}",
        End = End,
        Facts = [.. Head()],
        Released = [.. Left.Select(r => Row("taken back", r)), .. Target is { } target ? [Row("serves again", target)] : (IEnumerable<ReleasedRow>)[]],
        Faults = [.. Said(), .. Left.Append(release).DistinctBy(r => r.Number).SelectMany(Faults)],
        Standouts = [.. facts.Seen.Select(mask)],
        PutBack = [.. facts.PutBack.Select(p => new PutBackResult(mask(p.What), p.WhyNot is null ? null : mask(p.WhyNot)))],
        Availability = facts.Availability,
        Affected = IncidentWords.Affected(facts.Availability),
        Evidence = facts.Evidence,
        Timeline = [.. Timeline().OrderBy(t => t.At)],
        Questions = IncidentWords.Questions,
    };

    private static bool IsOne(Release release) => release.Incident is not null || release.Rollback is not null;

    // Between the two ends of a rollback, and not one that had left nothing by itself.
    private static bool IsTakenBack(Release left, Release rollback) =>
        left.Number > rollback.Rollback?.To && left.Number < rollback.Number && left.Rollback is null && left.Outcome is not (ReleaseOutcome.Failed or ReleaseOutcome.PutBack);

    private IncidentEnd End => release.Outcome switch
    {
        ReleaseOutcome.Succeeded or ReleaseOutcome.PutBack => IncidentEnd.Back,
        ReleaseOutcome.Unfinished => IncidentEnd.Unfinished,
        _ => IncidentEnd.NotBack,
    };

    // A rollback over several releases takes all of them back.
    private IReadOnlyList<Release> Left
    {
        get
        {
            if (release.Rollback is not { } back)
                return [release];
            var between = history.Releases.Where(r => IsTakenBack(r, release)).ToList();
            return between.Count > 0 ? between : history.Find(back.From) is { } from && back.From != back.To ? [from] : [];
        }
    }

    private Release? Target => release.Rollback is { } back
        ? history.Find(back.To)
        : new ReleaseHistory([.. history.Releases.Where(r => r.Number < release.Number)]).Live;

    private IEnumerable<IncidentFact> Head()
    {
        yield return new("How it ended", IncidentWords.Outcome(release));
        yield return new("Users affected", IncidentWords.Affected(facts.Availability));
        yield return new("Began", $"{release.Started.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        yield return new("Ended", release.Ended is { } ended ? $"{ended.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, after {IncidentWords.Span(ended - release.Started)}" : "not recorded");
        yield return new("By", mask(release.StartedBy));
        yield return new("Why", release.Reason is { } reason ? mask(reason) : release.Rollback is null ? "a step of the release failed" : "no reason was given");
        if (release.TookOver is { } taken)
            yield return new("Lock taken over", mask(taken));
        yield return new("Evidence", facts.Evidence is { } file ? $"artifacts/{file}" : "none was kept");
    }

    private ReleasedRow Row(string role, Release of) => new(
        role, of.Number, of.Version, of.Commit.Length > 12 ? of.Commit[..12] : of.Commit, mask(of.StartedBy), of.Started,
        of.Image?.Reference ?? "not recorded", of.Migration?.After ?? "not recorded", $"{of.Outcome}");

    private IEnumerable<SeenFault> Said() => release.Reason is { } reason ? [new("Who rolled back", mask(reason))] : [];

    private IEnumerable<SeenFault> Faults(Release of) =>
        of.Steps.Where(s => s.Error is not null && s.State == StepState.Failed).Select(s => new SeenFault($"{s.Name} of release {of.Number}", mask(s.Error!)));

    private IEnumerable<TimelineEntry> Timeline()
    {
        foreach (var of in Left.Append(release).DistinctBy(r => r.Number))
        {
            yield return new(of.Started, $"Release {of.Number} ({of.Version}) begins{(of.Rollback is { } back ? $": rollback to release {back.To}" : "")}, by {mask(of.StartedBy)}");
            foreach (var step in of.Steps)
            {
                yield return new(step.Started, $"{step.Name} of release {of.Number} begins");
                if (step.Ended is { } ended)
                    yield return new(ended, $"{step.Name} of release {of.Number}: {Ended(step)}", step.State != StepState.Done);
            }
        }

        foreach (var happened in facts.Events)
            yield return new(happened.At, mask(happened.What), happened.IsBad);
        foreach (var address in facts.Availability?.Addresses ?? [])
        {
            if (address.FirstFailed is { } first)
                yield return new(first, $"{address.Address} fails: {mask(address.Fault ?? "")}", true);
            if (address.LastFailed is { } last && last != address.FirstFailed)
                yield return new(last, $"{address.Address} fails for the last time that was seen", true);
        }

        if (release.Ended is { } over)
            yield return new(over, $"Ended: {IncidentWords.Outcome(release)}", End != IncidentEnd.Back);
    }

    private string Ended(StepRecord step) => step.State switch
    {
        StepState.Done => "done",
        StepState.Cancelled => "stopped",
        _ => $"FAILED: {mask(step.Error ?? "").Split('\n')[0].Trim()}",
    };
}
