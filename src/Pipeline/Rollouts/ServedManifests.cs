using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Rollouts;

/// <summary>
/// The manifests of a release that serves and is deployed again, as they were before this run. The archive has one set for each release, so
/// what this run replaces there would otherwise be its own way back.
/// </summary>
/// <param name="Live">The release as its record was before this run.</param>
/// <param name="Manifests">Its manifests; null when they are not kept.</param>
internal sealed record ServedManifests(Release Live, IReadOnlyList<JsonObject>? Manifests)
{
    /// <summary>Reads them; null while another release serves, or none.</summary>
    public static async Task<ServedManifests?> ReadAsync(StepContext context, ClusterConnection cluster, CancellationToken cancellation)
    {
        if (context.Ledger.History.Live is not { Rollout: not null } live || live.Number != context.Ledger.Current.Number)
            return null;
        try
        {
            return new ServedManifests(live, await new ManifestArchive(cluster).ReadAsync(live.Number, cancellation));
        }
        catch (FailureException e) when (e is not ClusterRequestException)
        {
            // Deploying it again is how they come back.
            context.Log.Warning("What is put back when this run fails is what runs now: {Why:l}", e.Message);
            return new ServedManifests(live, null);
        }
    }

    /// <summary>Applies them again, waits until the pods serve, and keeps them as those of the release.</summary>
    /// <param name="found">Everything that this run changes, as it was.</param>
    /// <param name="restore">Puts it back.</param>
    /// <param name="context">The run.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public async Task BringBackAsync(
        IReadOnlyList<(Resource Resource, string Name, JsonObject? Before)> found, RolloutRestore restore, StepContext context, ClusterConnection cluster, CancellationToken cancellation)
    {
        // Record and archive first: whatever becomes of the pods, a later rollback leads to what served.
        await context.Ledger.UpdateAsync(r => r with { Rollout = Live.Rollout, Image = Live.Image }, cancellation);
        if (Manifests is null)
        {
            await restore.ToAsync(found, cancellation);
            return;
        }

        await new ManifestArchive(cluster).WriteAsync(Live.Number, Manifests, cancellation);
        await restore.ToAsync(Live, Manifests, cancellation);
    }
}
