using Pipeline.Errors;
using Pipeline.Migrations;
using Pipeline.Rollouts;
using Pipeline.Runs;

namespace Pipeline.Releases;

/// <summary>
/// Release 0: what the first deployment to an environment finds there, so that there is a way back to it. Each part is recorded right before
/// it is changed; where nothing is, there is no release 0.
/// </summary>
internal static class FoundRelease
{
    /// <summary>Its number.</summary>
    public const int Number = 0;

    // The steps that change what people had made by hand.
    private static readonly string[] Parts = ["Deploy", "SyncFrontend"];

    // Git's own way to say that there is no commit.
    private static readonly string NoCommit = new('0', 40);

    /// <summary>Records a part, unless it was looked for already, or an earlier release of this pipeline changed it.</summary>
    /// <param name="part">The step that is about to change it.</param>
    /// <param name="look">Completes release 0; null when there is nothing of this part.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public static async Task RecordAsync(string part, Func<Release, Task<Release?>> look, StepContext context, CancellationToken cancellation)
    {
        var (current, history) = (context.Ledger.Current, context.Ledger.History);
        if (current.Looked.Contains(part) || !IsUntouched(part, history, current))
            return;
        if (history.FindUnreadable(Number) is { } lost)
            throw FailureException.Refused($"{lost.Sentence} It says what was here before the first release, which would be lost.");
        var known = history.Find(Number);
        // People may have changed since what no release did; a part that one changed stays as it was recorded before that.
        var isNew = known is null || (known.FoundBy != current.Number && Parts.All(p => IsUntouched(p, history, current)));
        var begun = isNew ? Begin(current, history) : known!;
        var found = await look(begun);
        if (found is not null || known is not null)
            await context.Ledger.RecordFoundAsync(found ?? begun, cancellation);
        // Only now: a run that is cut off in between has changed nothing yet, and looks again.
        await context.Ledger.UpdateAsync(r => r with { Looked = r.Looked.Add(part) }, cancellation);
    }

    // What an earlier release left half done is no state that anybody wants back; what was put back is as it was before. Records of format 1
    // name the pages that they found, and kept them.
    private static bool IsUntouched(string part, ReleaseHistory history, Release current) =>
        history.Releases.FirstOrDefault(r => (r.Number != current.Number || r.PagesFound is null) && Touches(r, part)) is null or { Outcome: ReleaseOutcome.Succeeded, Rollback.To: Number };

    // A rollback changes the pods in any case, and the pages only where there were some to go back to.
    private static bool Touches(Release release, string part) =>
        release is { IsFound: false, Outcome: not (ReleaseOutcome.Failed or ReleaseOutcome.PutBack) }
        && (release.Looked.Contains(part) || (part == "Deploy" ? release.Rollback is not null || release.Rollout is not null : release.Frontend is not null));

    private static Release Begin(Release current, ReleaseHistory history) => new()
    {
        Number = Number,
        FoundBy = current.Number,
        Environment = current.Environment,
        Key = $"{current.Environment}/found",
        Version = "found",
        Commit = NoCommit,
        StartedBy = current.StartedBy,
        Started = current.Started,
        Ended = current.Started,
        Outcome = ReleaseOutcome.Succeeded,
        WithoutDatabase = current.WithoutDatabase,
        Migration = (current.Backup?.SchemaRevision ?? current.Migration?.Before) is { } revision ? new MigrationResult(revision, revision, []) : null,
        // Where a release serves already, nobody knows any more what its namespace held before the first one.
        Rollout = history.IsByHand ? new RolloutResult([], 0) : null,
    };
}
