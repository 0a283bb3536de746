namespace Pipeline.Releases;

/// <summary>Every kept release of an environment, newest first, and what follows from them.</summary>
/// <param name="Releases">Newest first.</param>
public sealed record ReleaseHistory(IReadOnlyList<Release> Releases)
{
    /// <summary>The newest record, finished or not.</summary>
    public Release? Latest => Releases.Count > 0 ? Releases[0] : null;

    /// <summary>
    /// The release that serves now: the last that succeeded, or the one that the last rollback went back to. A failed release that was
    /// put back changes nothing; one that was not put back leaves the one before it as the last that is known to be good.
    /// </summary>
    public Release? Live => Releases.FirstOrDefault(r => r.Outcome == ReleaseOutcome.Succeeded) switch
    {
        { Rollback: { } rollback } => Find(rollback.To),
        var release => release,
    };

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

    /// <summary>The release with this number, or null when it is not kept.</summary>
    public Release? Find(int number) => Releases.FirstOrDefault(r => r.Number == number);

    /// <summary>Records that nothing needs any more. Only the newest can still be gone on with, finished or not.</summary>
    /// <param name="keep">How many of the newest stay in any case.</param>
    public IEnumerable<Release> Superfluous(int keep) =>
        Releases.Skip(keep).Where(r => r != Live && r != PreviousGood);

    // The last rollback that touched it decides; one that came back to the release that already served leaves nothing.
    private bool IsLeft(Release release)
    {
        var last = Releases.FirstOrDefault(r => r is { Outcome: ReleaseOutcome.Succeeded, Rollback: { } back } && (back.From == release.Number || back.To == release.Number));
        return last is not null && last.Rollback!.To != release.Number;
    }
}
