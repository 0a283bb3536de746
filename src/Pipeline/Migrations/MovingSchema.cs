using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Migrations;

/// <summary>What Jobs that are still at work on the schema mean to a rollback: where the schema stands now is not where it will stand.</summary>
/// <param name="Jobs">Those at work.</param>
/// <param name="History">The kept releases.</param>
/// <param name="Target">The release that serves again.</param>
internal sealed record MovingSchema(IReadOnlyList<JsonObject> Jobs, ReleaseHistory History, Release Target)
{
    /// <summary>The downgrades that earlier runs of the same rollback began: they are waited for.</summary>
    public IReadOnlyList<JsonObject> Own => [.. Jobs.Where(IsOwn)];

    /// <summary>True when the schema goes on moving while the pods go back.</summary>
    public bool IsMoving => Own.Count < Jobs.Count;

    /// <summary>Refuses what the older pods cannot be expected to live with. A compatible migration must not hold them up.</summary>
    /// <exception cref="FailureException">A Job may lead to such a schema (4).</exception>
    public void Refuse(bool rollsSchemaBack, string kubeNamespace, StepContext context)
    {
        var record = new SchemaRecord(History.Releases);
        foreach (var job in Jobs.Where(j => !IsOwn(j)))
        {
            var range = RangeOf(job, record);
            if (rollsSchemaBack || range is not { IsCompatible: true })
                throw FailureException.Refused($"Job/{job.Name()} is still at work on the schema{Why(range)}. Wait for its end ('{MigrationsAtWork.Follow(job, kubeNamespace)}') and run this again, or end it with ./build.sh Rollback --take-over --reason TEXT. Nothing was changed.");
            context.Summary.LeftAlone($"Job/{job.Name()}, which is still at work: it takes the schema to {range.Newer}, with which the pods of release {Target.Number} can live");
        }
    }

    private SchemaRange? RangeOf(JsonObject job, SchemaRecord record) =>
        ReleaseOf(job) is { } release && SchemaRecord.GoalOf(release) is { } goal && record.Knows(Target, out var wanted) ? record.Between(goal, wanted) : null;

    private string Why(SchemaRange? range) => range is { IsCompatible: false }
        ? $": it takes it to {range.Newer}, and release {Target.Number} ({Target.Version}), which ran on revision {range.Older ?? "(none)"}, cannot be expected to live with that: {string.Join("; ", range.Breaking)}"
        : "";

    private bool IsOwn(JsonObject job) => job.Name().EndsWith($"-{MigrationsAtWork.Downgrade}", StringComparison.Ordinal)
        && ReleaseOf(job) is { Rollback: { } back, Outcome: ReleaseOutcome.Unfinished or ReleaseOutcome.NotPutBack } && back.To == Target.Number;

    private Release? ReleaseOf(JsonObject job) => MigrationsAtWork.NumberOf(job) is { } number ? History.Find(number) : null;
}
