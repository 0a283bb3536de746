using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Preflight;
using Pipeline.Releases;

namespace Pipeline.Rollouts;

/// <summary>Compares what the cluster holds and runs with what a release recorded.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="live">The release that should serve.</param>
/// <param name="applied">The objects as they were recorded last, Deployments with their revision.</param>
internal sealed class ClusterDrift(ClusterConnection cluster, Release live, ImmutableArray<AppliedObject> applied)
{
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    private readonly Discovery discovery = new(cluster);

    /// <summary>Every difference, in the order of the recorded manifests.</summary>
    /// <exception cref="Errors.FailureException">The manifests are not kept, or the cluster does not let them be compared.</exception>
    public async Task<IReadOnlyList<Drift>> FindAsync(CancellationToken cancellation)
    {
        var found = new List<Drift>();
        var manifests = await new ManifestArchive(cluster).ReadAsync(live.Number, cancellation);
        var autoscaled = await Autoscaled.ReadAsync(cluster, discovery, manifests, cancellation);
        foreach (var manifest in manifests)
        {
            // What the cluster did not serve was not applied either.
            if (await discovery.FindAsync(manifest.Text("apiVersion")!, manifest.Kind(), cancellation) is not { } resource)
                continue;
            var id = $"{manifest.Kind()}/{manifest.Name()}";
            if (await cluster.FindAsync(resource, manifest.Name(), cancellation) is not { } stored)
            {
                found.Add(new Drift(id, "it is gone"));
                continue;
            }

            found.AddRange(OfFields(id, autoscaled.Ours(manifest, stored), stored));
            if (resource == Resource.Deployments)
                found.AddRange(OfRevision(id, stored).Concat(await OfPodsAsync(stored, cancellation)));
        }

        // The kept manifests are without them.
        found.AddRange((await ChangedSecrets.AmongAsync(cluster, live.Rollout?.Objects ?? [], cancellation)).Select(s => new Drift($"Secret/{s}", "its values are not those that the release left")));
        return found;
    }

    private static IEnumerable<Drift> OfFields(string id, JsonObject wanted, JsonObject stored)
    {
        // What was sent empty the server itself may have filled in.
        var changed = SentFields.Changed(wanted, stored).Where(c => !SentFields.MayBeFilledIn(c.Sent) || FieldOwner.Of(stored, c.Path) is not null).ToList();
        foreach (var (path, sent, kept) in changed)
            yield return new Drift(id, $"{path} is '{Shown(path, kept)}', not '{Shown(path, sent)}'", FieldOwner.Of(stored, path) ?? Last(stored));
        foreach (var path in SentFields.Missing(wanted, stored))
            yield return new Drift(id, $"{path} was removed", Last(stored));
        // Whoever writes another value takes the field over, so that it is no longer ours either.
        foreach (var (path, who) in FieldOwner.Added(stored).Where(a => !changed.Exists(c => c.Path == a.Path)))
            yield return new Drift(id, $"{path} was added", who);
    }

    private IEnumerable<Drift> OfRevision(string id, JsonObject stored)
    {
        var revision = applied.FirstOrDefault(a => a.Kind == Resource.Deployments.Kind && a.Name == stored.Name())?.RolloutRevision;
        if (revision is not null && stored.At("metadata", "annotations").Text(RevisionAnnotation) is { } now && now != revision)
            yield return new Drift(id, $"its pods were rolled out again since the release, by an edit, a restart or an undo: revision {now}, not {revision}", Last(stored));
    }

    // A tag may have been moved, and a node keep an older image: only what the container runs is the truth.
    private async Task<IEnumerable<Drift>> OfPodsAsync(JsonObject deployment, CancellationToken cancellation)
    {
        if (live.Image is not { } image)
            return [];
        var labels = string.Join(',', (deployment.At("spec", "selector", "matchLabels") ?? []).Select(l => $"{l.Key}={l.Value}"));
        var named = PodTemplate.Containers(deployment).Where(c => c.Text("image") == image.Reference).Select(c => c.Text("name")).ToHashSet();
        return from pod in await cluster.ListAsync(Resource.Pods, labels, cancellation)
               from status in PodTrouble.Statuses(pod)
               where named.Contains(status.Text("name")) && status.Text("imageID") is { } running
                   && running.Contains("@sha256:", StringComparison.Ordinal) && !running.EndsWith(image.Digest, StringComparison.Ordinal)
               select new Drift($"Pod/{pod.Name()}", $"container '{status.Text("name")}' runs '{status.Text("imageID")}', not '{image.Digest}'");
    }

    // Whoever removes a field, or applies without owning it before, leaves only the time of the last write.
    private static string? Last(JsonObject stored) => OtherHands.Stranger(stored);

    private static string Shown(string path, JsonNode value) =>
        Incidents.EvidenceMask.IsSecretName(path) ? "***" : value is JsonValue ? value.ToString() : value.ToJsonString();
}
