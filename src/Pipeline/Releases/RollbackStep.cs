using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Migrations;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Verification;

namespace Pipeline.Releases;

/// <summary>
/// Brings the release before back: its pages first (old pages may call a new API for a moment, never the reverse), then its pods and
/// configuration. The schema stays. Asks nothing but the cluster's record.
/// </summary>
public sealed class RollbackStep(
    RollbackOptions rollback, ManifestOptions manifests, FrontendOptions frontend, CdnOptions cdn, VerificationOptions verification) : IStep
{
    /// <inheritdoc />
    public string Name => "Rollback";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        CheckOptions();
        var cluster = await context.ClusterAsync(cancellation);
        var history = await new RecordStore(cluster).ReadAsync(cancellation);
        var target = RollbackTarget.Choose(history, rollback.Number);
        var restore = new RolloutRestore(cluster, context, manifests.Timeout);
        if (target == history.Live && history.Latest!.Outcome != ReleaseOutcome.Unfinished && await restore.IsAtAsync(target, cancellation))
        {
            context.Summary.LeftAlone($"everything: release {target.Number} ({target.Version}) already serves");
            return;
        }

        var from = history.Latest!;
        if (!rollback.Confirm($"Rollback of {target.Environment} from release {from.Number} ({from.Version}) to release {target.Number} ({target.Version}); the schema stays as it is"))
            throw FailureException.Refused("Not confirmed. Nothing was changed.");
        var isTakenOver = await TakeLockAsync(context, target, cancellation);
        history = await UnchangedAsync(cluster, target, cancellation);
        await context.OpenRollbackAsync(Record(context, history, target), cancellation);
        try
        {
            // A Job outlives its run, so it is ended for a holder that died as well.
            if (isTakenOver)
                await new MigrationEnd(cluster, context).RunAsync(cancellation);
            await BackAsync(context, restore, history, target, cancellation);
        }
        catch (FailureException e) when (e.ExitCode != ExitCode.NotPutBack)
        {
            throw new FailureException($"The rollback to release {target.Number} is not complete: {e.Message}{Environment.NewLine}Run ./build.sh Rollback again once the cause is gone; what is done already is not done twice.", ExitCode.NotPutBack, e);
        }
    }

    /// <returns>True when the person wants another run to end for this one.</returns>
    private async Task<bool> TakeLockAsync(StepContext context, Release target, CancellationToken cancellation)
    {
        var isWanted = rollback.TakeOver;
        var wish = new LeaseWish($"Rollback to release {target.Number}")
        {
            Wait = context.Options.Release.LockPatience,
            TakeOver = held =>
            {
                var why = rollback.WhyEnd(held);
                isWanted |= why is not null;
                return why;
            },
        };
        await context.TakeLockAsync(wish, cancellation);
        return isWanted;
    }

    // Another run may have ended between the choice and the lock.
    private async Task<ReleaseHistory> UnchangedAsync(ClusterConnection cluster, Release target, CancellationToken cancellation)
    {
        var history = await new RecordStore(cluster).ReadAsync(cancellation);
        var now = RollbackTarget.Choose(history, rollback.Number);
        return now.Number == target.Number
            ? history
            : throw FailureException.Refused($"Another run ended before this one had the deploy lock: the way back now leads to release {now.Number} ({now.Version}) instead of {target.Number} ({target.Version}). Nothing was changed. Start again, or name one with --rollback-to.");
    }

    private void CheckOptions()
    {
        var faults = new Faults();
        rollback.Check(faults);
        manifests.Check(faults);
        frontend.Check(faults);
        cdn.Check(faults);
        verification.Check(faults);
        faults.ThrowIfAny();
    }

    private Release Record(StepContext context, ReleaseHistory history, Release target) => new()
    {
        // The profile's, not the record's: a profile that leads to another environment's namespace is refused.
        Environment = context.Options.Release.EnvironmentName ?? target.Environment,
        Key = $"{target.Key}/rollback",
        Version = target.Version,
        Commit = target.Commit,
        StartedBy = Operator.Describe(),
        Started = context.Time.GetUtcNow(),
        Rollback = new RollbackRange((history.Live ?? history.Latest!).Number, target.Number),
        Reason = rollback.Reason,
        WithoutDatabase = target.WithoutDatabase,
        Image = target.Image,
        Frontend = target.Frontend,
    };

    private async Task BackAsync(StepContext context, RolloutRestore restore, ReleaseHistory history, Release target, CancellationToken cancellation)
    {
        var pages = await PagesOrFaultAsync(context, history, target, cancellation);
        var result = await restore.ToAsync(target, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Rollout = result }, cancellation);
        if (result.Changed + result.Removed > 0)
            context.Summary.Changed($"the cluster: pods run {target.Image?.Reference} again");
        else
            context.Summary.LeftAlone($"the cluster: already as release {target.Number} left it");
        if (pages is not null)
            throw new FailureException($"The pods serve release {target.Number}, its pages do not: {pages.Message}", cause: pages);
        await new VerifyStep(verification).RunAsync(context, cancellation);
    }

    // A store that does not answer must not keep the pods from going back: users wait for those first.
    private async Task<FailureException?> PagesOrFaultAsync(StepContext context, ReleaseHistory history, Release target, CancellationToken cancellation)
    {
        try
        {
            await PagesAsync(context, history, target, cancellation);
            return null;
        }
        catch (FailureException e)
        {
            context.Log.Error("The pages are not back, the pods go back all the same: {Why:l}", e.Message);
            return e;
        }
    }

    private async Task PagesAsync(StepContext context, ReleaseHistory history, Release target, CancellationToken cancellation)
    {
        if (target.Frontend is null)
        {
            context.Log.Warning("Release {Number} recorded no pages; those that are live stay", target.Number);
            return;
        }

        var live = history.Releases.FirstOrDefault(r => r.Frontend is not null)?.Frontend;
        var changed = await new PageSwitch(frontend, context.Gate).BackToAsync(target, live, cancellation);
        if (changed.Length == 0)
        {
            context.Summary.LeftAlone($"the pages: already those of release {target.Number}");
            return;
        }

        context.Summary.Changed($"the pages: {changed.Length} switched to release {target.Number}");
        using var invalidation = new CdnInvalidation(cdn, context.Time, context.Gate);
        // Started, not awaited: pods that serve the old release again matter more than an edge that forgets a minute later.
        var started = await invalidation.StartAsync($"{context.Ledger.Current.Number}-{target.Key}", changed, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Invalidation = started }, cancellation);
        context.Summary.Changed($"the CDN: asked to forget {started.Paths.Length} paths");
    }
}
