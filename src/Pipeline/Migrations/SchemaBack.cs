using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>The schema's part of a rollback: before the pods, after them, or none.</summary>
internal sealed class SchemaBack
{
    private readonly SchemaDowngrade downgrade;
    private readonly PodsOutage outage;
    private readonly StepContext context;
    private readonly SchemaWay way;

    private SchemaBack(SchemaWay way, SchemaDowngrade downgrade, PodsOutage outage, StepContext context)
    {
        this.way = way;
        this.downgrade = downgrade;
        this.outage = outage;
        this.context = context;
    }

    /// <summary>Decides once more, now that no other run is at work, proves that the downgrade exists, and records what is to happen.</summary>
    /// <param name="options">What a person asked for.</param>
    /// <param name="manifests">Where the Job's template is.</param>
    /// <param name="context">The run.</param>
    /// <param name="found">What was shown, and what was found under the deploy lock.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <exception cref="FailureException">Refused (4); nothing was changed.</exception>
    public static async Task<SchemaBack> ProveAsync(SchemaReturnOptions options, ManifestOptions manifests, StepContext context, SchemaFound found, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var downgrade = new SchemaDowngrade(options, manifests, cluster, context);
        foreach (var job in found.Moving.Own)
            await downgrade.AwaitAsync(job, cancellation);
        var way = await new SchemaReturn(options, context).DecideAsync(found.Moving.History, found.Moving.Target, cancellation);
        if (way.Order == SchemaOrder.Outage && found.Shown.Order != SchemaOrder.Outage)
            throw FailureException.Refused($"The schema moved before this run had the deploy lock. What was shown: {found.Shown.Sentence}. What it would be now: {way.Sentence}. Nothing was changed. Run the same command again if that is wanted: it shows that first.");
        // Where a schema that still moves stands is no fact for a record.
        way = way with { IsProven = way.IsProven && !found.Moving.IsMoving };
        await downgrade.ProveAsync(way, cancellation);
        await context.Ledger.UpdateAsync(r => Recorded(r, way, found.OpenOutage), cancellation);
        if (way.Order == SchemaOrder.Stays)
            context.Summary.LeftAlone(way.Sentence);
        return new SchemaBack(way, downgrade, new PodsOutage(cluster, context), context);
    }

    /// <summary>Over a breaking range: ends the pods and takes the schema back.</summary>
    public async Task BeforePodsAsync(CancellationToken cancellation)
    {
        if (way.Order != SchemaOrder.Outage)
            return;
        // An earlier run of this rollback may have begun it.
        var from = context.Ledger.Current.Migration?.Outage?.From ?? context.Time.GetUtcNow();
        context.Log.Warning("OUTAGE from {Now:u} on: no pod runs until the schema is back at revision {Revision}", from, way.Range.Older ?? "(none)");
        await context.Ledger.UpdateAsync(r => r with { Migration = r.Migration! with { Outage = new SchemaOutage(from, null) } }, cancellation);
        await outage.BeginAsync(way.Carrier!.Image!.Repository, cancellation);
        await downgrade.RunAsync(way, "no pod runs, and nobody gets an answer", cancellation);
    }

    /// <summary>Once the older pods serve: ends the outage, or takes the schema back over a compatible range.</summary>
    public async Task AfterPodsAsync(Release target, CancellationToken cancellation)
    {
        if (way.Order == SchemaOrder.PodsFirst)
            await downgrade.RunAsync(way, $"the pods of release {target.Number} serve, and can live with it", cancellation);
        if (context.Ledger.Current.Migration?.Outage is not { To: null } open)
            return;
        var to = context.Time.GetUtcNow();
        await context.Ledger.UpdateAsync(r => r with { Migration = r.Migration! with { Outage = open with { To = to } } }, cancellation);
        context.Summary.Changed($"an outage of {DurationText.Of(TimeSpan.FromSeconds(Math.Ceiling((to - open.From).TotalSeconds)))}, from {open.From:u} on: the schema went back while no pod ran");
    }

    // A database that nobody asked is not in this release's record.
    private static Release Recorded(Release release, SchemaWay way, SchemaOutage? open) => way.Order == SchemaOrder.Stays
        ? way.IsProven ? release with { Migration = new MigrationResult(way.Range.Newer, way.Range.Newer, []) { Outage = open } } : release
        : release with
        {
            Migration = new MigrationResult(way.Range.Newer, null, []) { Outage = open },
            Accepted = [.. release.Accepted.Union([$"{Flag.Of(nameof(SchemaReturnOptions.RollbackSchema))}{(way.Order == SchemaOrder.Outage ? " with an outage" : "")} by {Operator.Describe()}"])],
        };
}

/// <summary>What a rollback's last decision about the schema starts from.</summary>
/// <param name="Shown">What was shown to the person before the deploy lock was taken.</param>
/// <param name="Moving">The Jobs that were at work under the lock, and the records.</param>
/// <param name="OpenOutage">An outage that earlier runs of the rollback began and did not end; null when there is none.</param>
internal sealed record SchemaFound(SchemaWay Shown, MovingSchema Moving, SchemaOutage? OpenOutage);
