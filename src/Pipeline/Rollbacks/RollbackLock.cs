using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Migrations;
using Pipeline.Runs;

namespace Pipeline.Rollbacks;

/// <summary>Takes the deploy lock for a rollback, from a run at work only when a person wants that.</summary>
internal sealed class RollbackLock(RollbackOptions options, StepContext context, ClusterConnection cluster)
{
    /// <summary>False where no migration Job can be.</summary>
    public required bool HasDatabase { get; init; }

    /// <summary>True when a person wanted another run to end for this one.</summary>
    public bool IsTakenOver { get; private set; } = options.TakeOver;

    /// <summary>Takes it, and reads the record under it.</summary>
    /// <returns>The way back, which is still the one that was shown.</returns>
    /// <exception cref="FailureException">It is held, or another run ended in between and the way leads elsewhere.</exception>
    public async Task<RollbackPlan> TakeAsync(RollbackPlan shown, CancellationToken cancellation)
    {
        var wish = new LeaseWish($"Rollback to release {shown.Target.Number}") { Wait = context.Options.Release.LockPatience, TakeOver = WhyEnd };
        await context.TakeLockAsync(wish, cancellation);
        // Beside the records, for it is users who wait. Those of a run that was ended are ended too.
        var jobs = HasDatabase && !IsTakenOver ? MigrationsAtWork.ListAsync(cluster, cancellation) : Task.FromResult<IReadOnlyList<JsonObject>>([]);
        var now = RollbackPlan.Of(await context.HistoryAsync(cancellation), options.Number) with { JobsAtWork = await jobs };
        return now.Target.Number == shown.Target.Number
            ? now
            : throw FailureException.Refused($"Another run ended before this one had the deploy lock: the way back now leads to release {now.Target.Number} ({now.Target.Version}) instead of {shown.Target.Number} ({shown.Target.Version}). Nothing was changed. Start again, or name one with --rollback-to.");
    }

    private string? WhyEnd(string held)
    {
        var why = options.WhyEnd(held);
        IsTakenOver |= why is not null;
        return why;
    }
}
