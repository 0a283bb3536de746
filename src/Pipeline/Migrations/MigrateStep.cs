using System.Collections.Immutable;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Preflight;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Brings the schema to the revision that the release's image carries, shown first, then run, then read again from the database.</summary>
/// <param name="options">Which database and Job.</param>
/// <param name="risks">What may be missing.</param>
/// <param name="lastLook">The second phase of Preflight.</param>
public sealed class MigrateStep(MigrationOptions options, AcceptedRisks risks, LastLook lastLook) : IStep
{
    /// <inheritdoc />
    public string Name => "Migrate";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        CheckOptions();
        var release = await context.OpenReleaseAsync(cancellation);
        await risks.EnsureAsync(context, cancellation);
        if (release.Image is null)
            throw FailureException.Refused($"Release {release.Number} has no image at the registry, and the migration runs in it. Run ./build.sh PushImage first.");
        await lastLook.EnsureAsync(context, risks.AcceptNoPreflight, cancellation);
        if (options.Database.IsAbsent)
        {
            context.Summary.LeftAlone($"the schema: skipped: {options.Database.WithoutDatabase}");
            return;
        }

        var cluster = await context.ClusterAsync(cancellation);
        await RefuseOthersAsync(cluster, release, cancellation);
        var before = await Database.SchemaRevisionAsync(options.Database, context, cancellation);
        if (release.Migration is { After: { } done } && done == before)
        {
            context.Summary.LeftAlone($"the schema: already at revision {done}");
            return;
        }

        var job = new MigrationJob(cluster, context, options);
        var upgrade = new SchemaUpgrade(options, job, context);
        var plan = await PlanAsync(job, before, context, cancellation);
        context.FollowsFrom(DatabaseName, release.Image.Digest);
        var pending = RefuseUnknown(before, plan.History, DatabaseName, new SchemaRecord(context.Ledger.History.Releases)) ? [] : plan.History.After(before);
        if (pending.Length > 0)
            await upgrade.RunAsync(before, pending, plan.Sql, cancellation);
        await RecordAsync(context, upgrade, before, pending, plan.History, cancellation);
        await job.DeleteOldAsync(cancellation);
    }

    private string DatabaseName => options.Database.DatabaseName!;

    private void CheckOptions()
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();
    }

    // Before the revision is read: what such a Job does to the schema afterwards, nobody would see. This release's own is joined.
    private static async Task RefuseOthersAsync(ClusterConnection cluster, Release release, CancellationToken cancellation)
    {
        if ((await MigrationsAtWork.ListAsync(cluster, cancellation)).FirstOrDefault(j => MigrationsAtWork.NumberOf(j) != release.Number) is { } job)
            throw FailureException.Refused($"Job/{job.Name()} of another release is still at work on the schema. Wait for its end ('{MigrationsAtWork.Follow(job, cluster.Namespace)}') and run this again. Nothing was changed.");
    }

    private static async Task<MigrationPlan> PlanAsync(MigrationJob job, string? before, StepContext context, CancellationToken cancellation)
    {
        var lines = new List<string>();
        if (await job.RunAsync("plan", MigrationPlan.Upgrade(before), changesSchema: false, lines.Add, cancellation) is { } why)
            throw new FailureException(string.Join(Environment.NewLine, [$"The image's migrations cannot be read with 'alembic history'. {why.Sentence}.", .. why.Evidence]));
        context.Log.Debug("The image's plan has {Count} lines", lines.Count);
        return MigrationPlan.Read(lines);
    }

    /// <summary>Refuses a database that is ahead of the code by anything that the code's pods may not be able to live with.</summary>
    /// <returns>True when it is ahead by compatible revisions alone.</returns>
    /// <exception cref="FailureException">It is ahead by others.</exception>
    internal static bool RefuseUnknown(string? before, RevisionHistory history, string database, SchemaRecord record)
    {
        if (before is null || history.Knows(before))
            return false;
        var ahead = record.Between(before, history.Head?.Id);
        if (ahead.IsCompatible && history.Head is not null)
            return true;
        var why = ahead.IsKnown ? $" ({string.Join("; ", ahead.Breaking)})" : ", and no kept release says what lies between";
        throw FailureException.Refused($"The database '{database}' is at revision {before}, which the image does not carry: it is ahead of this code{why}. Release from a branch that has this revision. Nothing was changed.");
    }

    private async Task RecordAsync(StepContext context, SchemaUpgrade upgrade, string? before, ImmutableArray<SchemaRevision> applied, RevisionHistory history, CancellationToken cancellation)
    {
        var after = applied.Length > 0 ? await upgrade.ReadAsync($"'alembic upgrade {applied[^1].Id}' ended well", cancellation) : before;
        if (applied.Length > 0 && after != applied[^1].Id)
            throw new FailureException($"The migration ended well, but the database '{DatabaseName}' is at revision {after ?? "(none)"} instead of {applied[^1].Id}. Does the secret in the Job's template lead to the same database as {Flag.VariableOf(nameof(DatabaseOptions.DatabaseUrl))}?", ExitCode.NotPutBack);
        await context.Ledger.UpdateAsync(r => r with { Migration = MigrationResult.Ended(r.Migration, before, after, [.. applied.Select(a => a.Id)]) }, cancellation);
        if (applied.Length > 0)
            context.Summary.Changed($"the schema: from {before ?? "(empty)"} to {after}");
        else if (after is null || history.Knows(after))
            context.Summary.LeftAlone($"the schema: already at revision {after ?? "(none)"}");
        else
            context.Summary.LeftAlone($"the schema: at revision {after}, ahead of this code's {history.Head!.Id} by compatible revisions alone");
    }
}
