using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Rollouts;

/// <summary>Applies the manifests of the release, image by digest, and waits until its pods serve.</summary>
/// <param name="manifests">What is applied.</param>
/// <param name="risks">What may be missing.</param>
public sealed class DeployStep(ManifestOptions manifests, AcceptedRisks risks) : IStep
{
    /// <inheritdoc />
    public string Name => "Deploy";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        CheckOptions();
        var release = await context.OpenReleaseAsync(cancellation);
        await risks.EnsureAsync(context, cancellation);
        var image = context.Ledger.Current.Image
            ?? throw FailureException.Refused($"Release {release.Number} has no image at the registry. Run ./build.sh PushImage first.");
        var cluster = await context.ClusterAsync(cancellation);
        var files = await ManifestFiles.ReadAsync(manifests, release.Environment, cluster.Namespace, cancellation);
        var wanted = ManifestSet.Of(files, manifests, release, image).Objects;
        // A plain hash would give a short secret away.
        context.FollowsFrom(wanted.Where(m => m.Kind() != Resource.Secrets.Kind).Select(m => m.ToJsonString()));
        var takeOver = manifests.TakeOverFields || context.Ledger.History.IsByHand;
        var rollout = new Rollout(cluster, context, manifests.Timeout);
        var plan = await rollout.PlanAsync(wanted, takeOver, cancellation);
        await FoundObjects.RecordAsync(plan, cluster, context, cancellation);
        var served = await ServedManifests.ReadAsync(context, cluster, cancellation);
        // What this run finds done, an earlier run of the same release did: when it fails after all, that goes back too.
        if (!plan.IsDone || context.Ledger.Resumption?.Changed.Contains(Name) == true)
            PrepareUndo(context, cluster, plan, served);
        // Kept before anything is applied: a run that dies in between can still be rolled back to and from. Only a release that serves keeps
        // what it serves with until the pods serve with the new.
        if (served is null)
            await KeepAsync();
        if (context.Ledger.History.IsByHand)
            await new HandAppliedFields(cluster, context).TakeOverAsync(plan, cancellation);
        var result = await rollout.RunAsync(wanted, takeOver, cancellation);
        if (served is not null)
            await KeepAsync();
        await context.Ledger.UpdateAsync(r => r with { Rollout = result }, cancellation);
        Report(context, result, image.Reference);

        Task KeepAsync() => new ManifestArchive(cluster).WriteAsync(release.Number, wanted, cancellation);
    }

    private void CheckOptions()
    {
        var faults = new Faults();
        manifests.Check(faults);
        faults.ThrowIfAny();
    }

    private void PrepareUndo(StepContext context, ClusterConnection cluster, RolloutPlan plan, ServedManifests? served)
    {
        var restore = new RolloutRestore(cluster, context, manifests.Timeout);
        if (context.Ledger.History.Live is { Rollout: { } rollout } live)
        {
            // What its recorded manifests do not bring back: what this release makes, what no record holds, and what was nobody's.
            var beside = plan.Found.Where(f => f.Before is null || f.Resource.Kind == Resource.Secrets.Kind
                || !rollout.Objects.Any(o => o.Kind == f.Resource.Kind && o.Name == f.Name)).ToList();
            context.OnFailure(live.IsFound ? $"what namespace '{cluster.Namespace}' held before its first release" : $"the pods and configuration of release {live.Number} ({live.Version})", async stop =>
            {
                if (served is null)
                    await restore.ToAsync(live, stop);
                else
                    await served.BringBackAsync(plan.Found, restore, context, cluster, stop);
                await restore.ToAsync(beside, stop);
            });
            return;
        }

        var isResumed = context.Ledger.Resumption?.Changed.Contains(Name) == true;
        context.OnFailure($"what namespace '{cluster.Namespace}' held before its first release", async stop =>
        {
            await restore.ToAsync(plan.Found, stop);
            // What an ended run of this release made is no change of this one's plan any more.
            var pruning = new Pruning(cluster, context);
            if (isResumed)
                await pruning.RemoveAsync(await pruning.FindAllAsync([], stop), stop);
        });
    }

    private static void Report(StepContext context, RolloutResult result, string image)
    {
        if (result is { Changed: 0, Removed: 0 })
            context.Summary.LeftAlone($"the cluster: its {result.Objects.Length} objects already are those of this release, no pod restarted");
        else
            context.Summary.Changed($"the cluster: {result.Changed} of {result.Objects.Length} objects{(result.Removed > 0 ? $", {result.Removed} removed" : "")}, pods run {image}");
    }
}
