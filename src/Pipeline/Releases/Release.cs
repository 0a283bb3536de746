using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Pipeline.Backups;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Incidents;
using Pipeline.Migrations;
using Pipeline.Preflight;
using Pipeline.Rollbacks;
using Pipeline.Rollouts;
using Pipeline.Verification;

namespace Pipeline.Releases;

/// <summary>
/// One deployment, or one rollback, of everything: image, schema, pods, pages and CDN. Kept in the environment's namespace;
/// rollback, status, history and resume read only this.
/// </summary>
public sealed record Release
{
    /// <summary>The newest <see cref="Format"/> that this build reads.</summary>
    public const int NewestFormat = 2;

    /// <summary>The version of this record's own format.</summary>
    public int Format { get; init; } = NewestFormat;

    /// <summary>
    /// 1 for the first release of an environment, and one more for each that follows; 0 for what was there before, and while it is only a draft.
    /// </summary>
    public int Number { get; init; }

    /// <summary>The environment's name, as in <c>production</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>Environment, version, commit and hash of inputs: runs with the same key work on the same release.</summary>
    public required string Key { get; init; }

    /// <summary>What people call it, as in <c>1.4.2</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The full commit id that it was made from.</summary>
    public required string Commit { get; init; }

    /// <summary>User and host, or the CI run's address.</summary>
    public required string StartedBy { get; init; }

    /// <summary>When its first run opened it, in UTC.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>When its last run ended, in UTC.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How it ended.</summary>
    public ReleaseOutcome Outcome { get; init; }

    /// <summary>Set on a rollback: the release it left and the one it went back to.</summary>
    public RollbackRange? Rollback { get; init; }

    /// <summary>Why a person rolled back, in their words.</summary>
    public string? Reason { get; init; }

    /// <summary>Whose deploy lock it took over, or who freed it; null when nobody held it.</summary>
    public string? TookOver { get; init; }

    /// <summary>The runs that went on with it after others had left it, oldest first.</summary>
    public ImmutableArray<ResumedRun> Resumed { get; init; } = [];

    /// <summary>Risks that a person accepted with a flag, each with the flag's name.</summary>
    public ImmutableArray<string> Accepted { get; init; } = [];

    /// <summary>Its steps in the order they first started.</summary>
    public ImmutableArray<StepRecord> Steps { get; init; } = [];

    /// <summary>What Preflight found.</summary>
    public PreflightResult? Preflight { get; init; }

    /// <summary>What Preflight's second phase found, right before the schema could change.</summary>
    public PreflightResult? LastLook { get; init; }

    /// <summary>The object key of the dump that was last about to be uploaded: until <see cref="Backup"/> names it, it is not proven.</summary>
    public string? BackupBegun { get; init; }

    /// <summary>The proven backup taken before anything changed.</summary>
    public BackupResult? Backup { get; init; }

    /// <summary>Why there was nothing to back up and to migrate; null where there is a database.</summary>
    public string? WithoutDatabase { get; init; }

    /// <summary>The image that its pods run.</summary>
    public ImageResult? Image { get; init; }

    /// <summary>The schema before and after.</summary>
    public MigrationResult? Migration { get; init; }

    /// <summary>What was applied to the cluster.</summary>
    public RolloutResult? Rollout { get; init; }

    /// <summary>The pages and assets in the bucket.</summary>
    public FrontendResult? Frontend { get; init; }

    /// <summary>The pages that the bucket held before the environment's first release; only in records of format 1.</summary>
    public ImmutableArray<string>? PagesFound { get; init; }

    /// <summary>Set on release 0, which is what was there before the pipeline came: the number of the release that recorded it.</summary>
    public int? FoundBy { get; init; }

    /// <summary>The steps of this release that have looked for what release 0 keeps: what they see later is their own.</summary>
    public ImmutableArray<string> Looked { get; init; } = [];

    /// <summary>What the CDN was told to forget.</summary>
    public InvalidationResult? Invalidation { get; init; }

    /// <summary>What was measured from outside after the release.</summary>
    public VerificationResult? Verification { get; init; }

    /// <summary>Whether the release before could come back, as it was seen once this one was verified.</summary>
    public WayBackResult? WayBack { get; init; }

    /// <summary>What is known of its undo, or of the rollback that it is; null when nothing was put back.</summary>
    public IncidentFacts? Incident { get; init; }

    /// <summary>True when it is release 0: what was there before the pipeline came.</summary>
    [JsonIgnore]
    public bool IsFound => FoundBy is not null;

    /// <summary>True when it is a deployment, not a rollback, that ended well and was verified, or what served before there was any.</summary>
    public bool IsGood => Outcome == ReleaseOutcome.Succeeded && Rollback is null && (IsFound ? Rollout is not null : Verification is not null);

    /// <summary>The same release with one step's record added or replaced.</summary>
    public Release With(StepRecord step)
    {
        var index = Steps.IndexOf(Steps.FirstOrDefault(s => s.Name == step.Name)!);
        return this with { Steps = index < 0 ? Steps.Add(step) : Steps.SetItem(index, step) };
    }
}

/// <summary>The way a rollback went.</summary>
/// <param name="From">The number of the release that was live.</param>
/// <param name="To">The number of the release that serves again.</param>
public sealed record RollbackRange(int From, int To);
