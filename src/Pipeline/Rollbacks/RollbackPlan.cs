using System.Text.Json.Nodes;
using Pipeline.Frontend;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Rollbacks;

/// <summary>Where a rollback goes and from where, as the record has it.</summary>
/// <param name="History">Every kept release.</param>
/// <param name="Target">The release that serves again.</param>
internal sealed record RollbackPlan(ReleaseHistory History, Release Target)
{
    /// <summary>The Jobs that were at work on the schema when the deploy lock was taken.</summary>
    public IReadOnlyList<JsonObject> JobsAtWork { get; init; } = [];

    /// <summary>What those Jobs mean to this rollback.</summary>
    public MovingSchema Moving => new(JobsAtWork, History, Target);

    /// <summary>The outage that earlier runs of a rollback began and did not end: no pod runs.</summary>
    public SchemaOutage? OpenOutage => History.Releases.TakeWhile(r => r is { Rollback: not null, Outcome: ReleaseOutcome.Unfinished or ReleaseOutcome.NotPutBack })
        .Select(r => r.Migration?.Outage).FirstOrDefault(o => o is not null) is { To: null } open ? open : null;

    /// <summary>What serves now, in whole or in part.</summary>
    public Release From => History.HalfDone ?? History.Live ?? History.Latest!;

    /// <summary>True when that release is the live one and nothing was left half done since.</summary>
    public bool MayBeDone => Target == History.Live && History.HalfDone is null;

    /// <summary>The release whose pages the target served with: its own, or, when it published none, those of the last one before it.</summary>
    public Release? PagesOf => History.PagesOf(Target);

    /// <summary>The pages that were written last; null when no kept release has any.</summary>
    public FrontendResult? LivePages => History.Releases.FirstOrDefault(r => r.Frontend is not null)?.Frontend;

    /// <summary>The page keys that differ between now and then, as far as the record knows.</summary>
    public IReadOnlyList<string> SwitchingPages => PagesOf?.Frontend?.Kept == LivePages?.Kept ? [] : ChangedSince;

    /// <summary>The page keys that later releases changed: what the CDN may know of them.</summary>
    public IReadOnlyList<string> ChangedSince => PagesOf is { } of
        ? [.. History.Releases.Where(r => r.Number > of.Number).SelectMany(r => r.Frontend?.Changed ?? []).Distinct().Order(StringComparer.Ordinal)]
        : [];

    /// <summary>
    /// True when the edges may show pages that are no longer live: a deployment published some and was left half done, or a rollback was cut
    /// off, or failed, before it told the CDN.
    /// </summary>
    public bool IsCdnUntold => History.Releases
        .TakeWhile(r => r.Outcome != ReleaseOutcome.Succeeded && r is not { Rollback: not null, Invalidation: not null })
        .Any(r => r.Rollback is not null || r is { Frontend: not null, Outcome: ReleaseOutcome.Unfinished or ReleaseOutcome.NotPutBack });

    /// <summary>What will be applied again.</summary>
    public IReadOnlyList<AppliedObject> Objects => [.. Target.Rollout?.Objects ?? []];

    /// <summary>Chooses the release.</summary>
    /// <exception cref="Errors.FailureException">There is none, or it cannot serve.</exception>
    public static RollbackPlan Of(ReleaseHistory history, int? number) => new(history, RollbackTarget.Choose(history, number));

    /// <summary>The record of the rollback, before it has a number.</summary>
    /// <param name="environment">The profile's, not the record's: a profile that leads to another environment's namespace is refused.</param>
    /// <param name="reason">Why, in a person's words.</param>
    /// <param name="now">The moment, in UTC.</param>
    public Release Record(string? environment, string? reason, DateTimeOffset now) => new()
    {
        Environment = environment ?? Target.Environment,
        Key = $"{Target.Key}/rollback",
        Version = Target.Version,
        Commit = Target.Commit,
        StartedBy = Operator.Describe(),
        Started = now,
        Rollback = new RollbackRange((History.Live ?? History.Latest!).Number, Target.Number),
        Reason = reason,
        WithoutDatabase = Target.WithoutDatabase,
        Image = Target.Image,
    };
}
