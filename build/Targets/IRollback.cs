using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Rollbacks;

namespace Pipeline.Build.Targets;

/// <summary>Brings the release before back: pages, then pods.</summary>
internal interface IRollback : IRunSteps, IHazManifests, IHazPublicAddresses, IHazCdn, IHazReason, IHazSchemaReturn
{
    /// <summary>Where to.</summary>
    [Parameter("The number of the release to go back to. Default: the last verified one before the live one.")]
    string? RollbackTo => TryGetValue(() => RollbackTo);

    /// <summary>Does not ask.</summary>
    [Parameter("Does not ask before it changes anything.")]
    bool AssumeYes => TryGetValue<bool?>(() => AssumeYes) ?? false;

    /// <summary>Ends the run that holds the lock.</summary>
    [Parameter("Ends a run that holds the deploy lock, and its migration, instead of being refused; needs --reason.")]
    bool TakeOver => TryGetValue<bool?>(() => TakeOver) ?? false;

    /// <summary>Brings the release before back: pages, then pods.</summary>
    Target Rollback => _ => _
        .Description("Brings the release before back: pages, then pods. Needs nothing but the cluster and the bucket.")
        .TryAfter<IVerify>(x => x.Verify)
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Executes(() => Run(new RollbackStep(Going, Manifests, Frontend, Cdn, Verification, SchemaReturn)));

    private RollbackOptions Going => new()
    {
        RollbackTo = RollbackTo,
        Reason = Reason,
        TakeOver = TakeOver,
        Confirm = AssumeYes ? _ => true : Confirmation.Ask,
        Offer = AssumeYes ? _ => false : Confirmation.Offer,
    };
}
