using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
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
        var takeOver = manifests.TakeOverFields || context.Ledger.History.Live is null;
        var rollout = new Rollout(cluster, context, manifests.Timeout);
        var plan = await rollout.PlanAsync(wanted, takeOver, cancellation);
        if (!plan.IsDone)
            PrepareUndo(context, cluster, plan);
        // Kept before anything is applied: a run that dies in between can still be rolled back to and from. Anybody who may read the
        // record may not therefore read secrets.
        await new ManifestArchive(cluster).WriteAsync(release.Number, [.. wanted.Where(m => m.Kind() != Resource.Secrets.Kind)], cancellation);
        var result = await rollout.RunAsync(wanted, takeOver, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Rollout = result }, cancellation);
        Report(context, result, image.Reference);
    }

    private void CheckOptions()
    {
        var faults = new Faults();
        manifests.Check(faults);
        faults.ThrowIfAny();
    }

    private void PrepareUndo(StepContext context, ClusterConnection cluster, RolloutPlan plan)
    {
        var restore = new RolloutRestore(cluster, context, manifests.Timeout);
        if (context.Ledger.History.Live is { Rollout: { } rollout } live)
        {
            // What its recorded manifests do not bring back: what this release makes, what no record holds, and what was nobody's.
            var beside = plan.Found.Where(f => f.Before is null || f.Resource.Kind == Resource.Secrets.Kind
                || !rollout.Objects.Any(o => o.Kind == f.Resource.Kind && o.Name == f.Name)).ToList();
            context.OnFailure($"the pods and configuration of release {live.Number} ({live.Version})", async stop =>
            {
                await restore.ToAsync(live, stop);
                await restore.ToAsync(beside, stop);
            });
            return;
        }

        context.OnFailure($"what namespace '{cluster.Namespace}' held before its first release", stop => restore.ToAsync(plan.Found, stop));
    }

    private static void Report(StepContext context, RolloutResult result, string image)
    {
        if (result is { Changed: 0, Removed: 0 })
            context.Summary.LeftAlone($"the cluster: its {result.Objects.Length} objects already are those of this release, no pod restarted");
        else
            context.Summary.Changed($"the cluster: {result.Changed} of {result.Objects.Length} objects{(result.Removed > 0 ? $", {result.Removed} removed" : "")}, pods run {image}");
    }
}
