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
            new DeployUndo(context, cluster, manifests.Timeout, Name).Prepare(plan, served);
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

    private static void Report(StepContext context, RolloutResult result, string image)
    {
        if (result is { Changed: 0, Removed: 0 })
            context.Summary.LeftAlone($"the cluster: its {result.Objects.Length} objects already are those of this release, no pod restarted");
        else
            context.Summary.Changed($"the cluster: {result.Changed} of {result.Objects.Length} objects{(result.Removed > 0 ? $", {result.Removed} removed" : "")}, pods run {image}");
    }
}
