using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Incidents;
using Pipeline.Migrations;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Settings;
using Pipeline.Verification;

namespace Pipeline.Rollbacks;

/// <summary>
/// Brings the release before back: its pages first (old pages may call a new API for a moment, never the reverse), then its pods and
/// configuration. The schema stays unless a person asks for it too. Asks nothing but the cluster's record, and the database where it can.
/// What cannot go back is named, and the rest goes back.
/// </summary>
public sealed class RollbackStep(
    RollbackOptions rollback, ManifestOptions manifests, FrontendOptions frontend, CdnOptions cdn, VerificationOptions verification, SchemaReturnOptions schema) : IStep
{
    /// <inheritdoc />
    public string Name => "Rollback";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        CheckOptions();
        var cluster = await context.ClusterAsync(cancellation);
        var plan = RollbackPlan.Of(await context.HistoryAsync(cancellation), rollback.Number);
        var pods = await RollbackPods.ReadAsync(cluster, context, plan.Target, manifests.Timeout, cancellation);
        var way = await ShownAsync(plan, context, cancellation);
        if (way.Order == SchemaOrder.Stays && plan.MayBeDone && await pods.AreBackAsync(cancellation))
        {
            context.Summary.LeftAlone($"everything: release {plan.Target.Number} ({plan.Target.Version}) already serves");
            return;
        }

        Confirm(plan, way, context);
        context.FollowsFrom($"{plan.Target.Number}", plan.Target.Key);
        context.Incident.Begin(context, $"Rollback to release {plan.Target.Number} ({plan.Target.Version}) begins");
        // Beside the lock and the pages: only pods take evidence with them.
        context.Incident.TakeEvidence(cluster);
        var held = new RollbackLock(rollback, context, cluster) { HasDatabase = !schema.Database.IsAbsent && plan.Target.WithoutDatabase is null };
        plan = await held.TakeAsync(plan, cancellation);
        var (moving, outage) = (plan.Moving, plan.OpenOutage);
        // By an earlier run, that is.
        var hasBegun = outage is not null || moving.Own.Count > 0;
        try
        {
            moving.Refuse(schema.RollbackSchema, cluster.Namespace, context);
            await context.OpenRollbackAsync(plan.Record(context.Options.Release.EnvironmentName, rollback.Reason, context.Time.GetUtcNow()), cancellation);
            // It was ended at work: what is refused from here on finds a schema that nobody left like that.
            hasBegun |= held.IsTakenOver && await EndMigrationAsync(context, cluster, cancellation);
            var back = await SchemaBack.ProveAsync(schema, manifests, context, new SchemaFound(way, moving, outage), cancellation);
            hasBegun = true;
            // Not before: what is refused has not begun.
            context.Incident.Tell(context.Ledger.Current, SupportNotice.RollbackBegins(plan.From, plan.Target));
            await BackAsync(context, plan, pods, back, cancellation);
        }
        catch (Exception e) when (!IsStopped(e, cancellation) && e is not FailureException { ExitCode: ExitCode.NotPutBack } && (hasBegun || (held.IsTakenOver && e is not FailureException { ExitCode: ExitCode.Refused })))
        {
            throw NotComplete(plan, outage, e);
        }
    }

    private async Task<SchemaWay> ShownAsync(RollbackPlan plan, StepContext context, CancellationToken cancellation)
    {
        try
        {
            return await new SchemaReturn(schema, context).DecideAsync(plan.History, plan.Target, cancellation);
        }
        catch (FailureException e) when (plan.OpenOutage is { } open)
        {
            throw NotComplete(plan, open, e);
        }
    }

    private static FailureException NotComplete(RollbackPlan plan, SchemaOutage? open, Exception cause)
    {
        var why = cause is FailureException or UsageException ? cause.Message : $"{cause.GetType().Name}: {cause.Message}";
        // True of the run that refuses, and not of the rollback that it was to go on with.
        var sentence = why.Replace(" Nothing was changed.", open is null ? "" : $" No pod runs since {open.From:u}.", StringComparison.Ordinal);
        return new FailureException($"The rollback to release {plan.Target.Number} is not complete: {sentence}{Environment.NewLine}Run ./build.sh Rollback again once the cause is gone; what is done already is not done twice.", ExitCode.NotPutBack, cause);
    }

    private static bool IsStopped(Exception error, CancellationToken cancellation) => error is OperationCanceledException && cancellation.IsCancellationRequested;

    private async Task BackAsync(StepContext context, RollbackPlan plan, RollbackPods pods, SchemaBack back, CancellationToken cancellation)
    {
        await using var pages = new RollbackPages(frontend, cdn, context, plan);
        await pages.BeginAsync(cancellation);
        await context.Incident.EvidenceTaken;
        await back.BeforePodsAsync(cancellation);
        var podsMissing = await pods.BackAsync(cancellation);
        // Pods that do not serve prove nothing about the schema that they need.
        if (podsMissing is null)
            await back.AfterPodsAsync(plan.Target, cancellation);
        var missing = (string?[])[podsMissing, await pages.EndAsync()];
        await new RollbackProof(verification, context).RunAsync([.. missing.OfType<string>()], cancellation);
    }

    // A Job outlives its run, so it is ended for a holder that died as well.
    private static async Task<bool> EndMigrationAsync(StepContext context, ClusterConnection cluster, CancellationToken cancellation)
    {
        await context.Incident.EvidenceTaken;
        return await new MigrationEnd(cluster, context).RunAsync(cancellation);
    }

    private void CheckOptions()
    {
        var faults = new Faults();
        rollback.Check(faults);
        manifests.Check(faults);
        frontend.Check(faults);
        cdn.Check(faults);
        verification.Check(faults);
        schema.Check(faults);
        faults.ThrowIfAny();
    }

    private void Confirm(RollbackPlan plan, SchemaWay way, StepContext context)
    {
        foreach (var line in RollbackOutlook.Lines(plan, way))
            context.Log.Information("{Line:l}", line);
        if (!rollback.Confirm($"Rollback of {plan.Target.Environment} from release {plan.From.Number} ({plan.From.Version}) to release {plan.Target.Number} ({plan.Target.Version}); {way.Sentence}"))
            throw FailureException.Refused("Not confirmed. Nothing was changed.");
    }
}
