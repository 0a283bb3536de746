using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Migrations;
using Pipeline.Rollouts;
using Pipeline.Runs;

namespace Pipeline.Releases;

/// <summary>Shows what runs: release, version, digest, replicas, and who holds the deploy lock; on request, what is not as the record says.</summary>
/// <param name="options">How closely it looks.</param>
public sealed class StatusStep(StatusOptions? options = null) : IStep
{
    /// <inheritdoc />
    public string Name => "Status";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var deployments = cluster.ListAsync(Resource.Deployments, ManifestSet.AppliedLabel, cancellation);
        var history = context.HistoryAsync(cancellation);
        var lease = LockAsync(cluster, cancellation);
        await Task.WhenAll(deployments, history, lease);
        ShowRelease(context, await history);
        foreach (var deployment in await deployments)
            context.Log.Information("{Line:l}", Line(deployment));
        ShowLock(context, await lease);
        if (options is { Drift: true } && await new DriftReport(options, context).ShowAsync(cluster, await history, cancellation) is > 0 and var count && options.FailOnDrift)
            throw new FailureException($"{count} things are not as the record says, and --fail-on-drift is given. Look at them above; ./build.sh Deploy --take-over-fields of the same version brings them back.");
    }

    // One right that is missing must not hide the rest.
    private static async Task<(bool IsKnown, JsonObject? Lease)> LockAsync(ClusterConnection cluster, CancellationToken cancellation)
    {
        try
        {
            return (true, await cluster.FindAsync(Resource.Leases, LeaseObject.Name, cancellation));
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            return (false, null);
        }
    }

    private static void ShowLock(StepContext context, (bool IsKnown, JsonObject? Lease) found)
    {
        if (!found.IsKnown)
            context.Log.Warning("Deploy lock: not checked, no right to read it");
        else if (found.Lease is { } held && LeaseHolder.In(held) is { } holder)
            context.Log.Information("Deploy lock: {Holder:l}, renewed {Renewed:l}", holder.Sentence, held.Text("spec", "renewTime"));
    }

    private static void ShowRelease(StepContext context, ReleaseHistory history)
    {
        if (history.Live is { } live)
            context.Log.Information("Live: release {Number}, version {Version:l}, commit {Commit:l}, schema {Schema:l}", live.Number, live.Version, live.Commit[..12], new SchemaRecord(history.Releases).Now ?? "(unknown)");
        else
            context.Log.Information("No release is live yet");
        if (history.Latest is { } latest && latest != history.Live)
            context.Log.Information("Latest: release {Number}, {What:l}, {Outcome:l}, started {Started:u} by {Who:l}", latest.Number, latest.Rollback is { } back ? $"rollback to {back.To}" : latest.Version, latest.Outcome.ToString(), latest.Started, latest.StartedBy);
    }

    private static string Line(JsonObject deployment)
    {
        var image = deployment.At("spec", "template", "spec").Items("containers").FirstOrDefault().Text("image");
        var cause = deployment.At("metadata", "annotations").Text("kubernetes.io/change-cause");
        return $"Deployment/{deployment.Name()}: {deployment.Number("status", "readyReplicas")} of {deployment.Number("spec", "replicas")} pods ready, {cause ?? "of no release"}, {image}";
    }
}
