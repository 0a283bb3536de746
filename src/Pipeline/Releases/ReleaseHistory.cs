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
    /// release: to the last verified one that was not rolled back from. After a rollback: where it went, so repeating it changes nothing.
    /// </summary>
    public Release? PreviousGood => Releases.FirstOrDefault(r => r.Outcome is not (ReleaseOutcome.Failed or ReleaseOutcome.PutBack)) switch
    {
        null => null,
        { Outcome: ReleaseOutcome.Succeeded, Rollback: null } newest => Releases.FirstOrDefault(r => r.IsGood && r.Number < newest.Number && !IsLeft(r)),
        _ => Live,
    };

    /// <summary>The release with this number, or null when it is not kept.</summary>
    public Release? Find(int number) => Releases.FirstOrDefault(r => r.Number == number);

    /// <summary>Finished records that nothing needs any more.</summary>
    /// <param name="keep">How many of the newest stay in any case.</param>
    public IEnumerable<Release> Superfluous(int keep) =>
        Releases.Skip(keep).Where(r => r.Outcome != ReleaseOutcome.Unfinished && r != Live && r != PreviousGood);

    // A rollback to the release that already serves leaves nothing.
    private bool IsLeft(Release release) =>
        Releases.Any(r => r is { Outcome: ReleaseOutcome.Succeeded, Rollback: { } back } && back.From == release.Number && back.To != release.Number);
}
