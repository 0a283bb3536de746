using Pipeline.Frontend;
using Pipeline.Migrations;

namespace Pipeline.Releases;

/// <summary>Every kept release of an environment, newest first, and what follows from them.</summary>
/// <param name="Releases">Newest first.</param>
public sealed record ReleaseHistory(IReadOnlyList<Release> Releases)
{
    /// <summary>Records that this build cannot read, newest first; everything else follows from the others.</summary>
    public IReadOnlyList<UnreadableRecord> Unreadable { get; init; } = [];

    /// <summary>The unreadable record without which nobody knows what serves; null when there is none.</summary>
    public UnreadableRecord? Missing => Unreadable.FirstOrDefault(u => Latest is null || u.Number > (LastSucceeded?.Number ?? -1))
        ?? (LastSucceeded?.Rollback is { } back ? FindUnreadable(back.To) : null);

    /// <summary>The newest record, finished or not.</summary>
    public Release? Latest => Releases.Count > 0 ? Releases[0] : null;

    /// <summary>
    /// The release that serves now: the last that succeeded, or the one that the last rollback went back to. A failed release that was
    /// put back changes nothing; one that was not put back leaves the one before it as the last that is known to be good.
    /// </summary>
    public Release? Live => LastSucceeded switch
    {
        { Rollback: { } rollback } => Find(rollback.To),
        var release => release,
    };

    /// <summary>
    /// The newest release that was left half done, while it may still serve in part: those that failed since and changed nothing, or put it
    /// back, do not count.
    /// </summary>
    public Release? HalfDone =>
        Releases.FirstOrDefault(r => r.Outcome is not (ReleaseOutcome.Failed or ReleaseOutcome.PutBack)) is { Outcome: not ReleaseOutcome.Succeeded } half ? half : null;

    /// <summary>True while people still change the environment by hand: no release serves, or what was found before the first one serves again.</summary>
    public bool IsByHand => Live is null or { IsFound: true };

    /// <summary>
    /// Where a rollback without a number goes. While the newest release is unfinished or half undone: to the live one. After a good
    /// release: to the last verified one that was not rolled back from. After a rollback, finished or cut off: where it went, so
    /// repeating it goes on with what is missing and otherwise changes nothing.
    /// </summary>
    public Release? PreviousGood => Releases.FirstOrDefault(r => r.Outcome is not (ReleaseOutcome.Failed or ReleaseOutcome.PutBack)) switch
    {
        null => null,
        { Outcome: ReleaseOutcome.Succeeded, Rollback: null } newest => Releases.FirstOrDefault(r => r.IsGood && r.Number < newest.Number && !IsLeft(r)),
        { Rollback: { } back } => Find(back.To),
        _ => Live,
    };

    /// <summary>The release with this number, or null when it is not kept, or not readable.</summary>
    public Release? Find(int number) => Releases.FirstOrDefault(r => r.Number == number);

    /// <summary>The unreadable record with this number, or null when there is none.</summary>
    public UnreadableRecord? FindUnreadable(int number) => Unreadable.FirstOrDefault(u => u.Number == number);

    /// <summary>
    /// The release whose pages serve beside a release: its own, those of the release that it went back to, or, when it published none, those of
    /// the last one before it; null when no kept one has any.
    /// </summary>
    public Release? PagesOf(Release? release) => release switch
    {
        null or { Frontend: not null } => release,
        { Rollback: { } back } when back.To < release.Number && Find(back.To) is { } target => PagesOf(target),
        _ => PagesOf(Releases.FirstOrDefault(r => r.Number < release.Number && r.Outcome == ReleaseOutcome.Succeeded)),
    };

    /// <summary>The pages that releases after this one wrote or were about to write, however they ended.</summary>
    public IEnumerable<FrontendResult> PagesAfter(Release release) =>
        Releases.Where(r => r.Number > release.Number).Select(r => r.Frontend).OfType<FrontendResult>().DistinctBy(f => f.Kept);

    /// <summary>Records that nothing needs any more. Only the newest can still be gone on with, finished or not.</summary>
    /// <param name="keep">How many of the newest stay in any case.</param>
    public IEnumerable<Release> Superfluous(int keep)
    {
        // A kept rollback leads to the release that it brought back.
        var broughtBack = Releases.Take(keep).Select(r => r.Rollback is { } back ? Find(back.To) : null);
        var targets = broughtBack.Append(Live).Append(PreviousGood).OfType<Release>().DistinctBy(r => r.Number).ToList();
        var needed = targets.Concat(targets.Select(PagesOf).OfType<Release>()).Select(r => r.Number).ToHashSet();
        needed.UnionWith(new SchemaRecord(Releases).NeededFor(targets));
        return Releases.Skip(keep).Where(r => !needed.Contains(r.Number));
    }

    private Release? LastSucceeded => Releases.FirstOrDefault(r => r.Outcome == ReleaseOutcome.Succeeded);

    // The last rollback that touched it decides; one that came back to the release that already served leaves nothing.
    private bool IsLeft(Release release)
    {
        var last = Releases.FirstOrDefault(r => r is { Outcome: ReleaseOutcome.Succeeded, Rollback: { } back } && (back.From == release.Number || back.To == release.Number));
        return last is not null && last.Rollback!.To != release.Number;
    }
}
