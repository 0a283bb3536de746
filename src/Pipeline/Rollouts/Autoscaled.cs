using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>
/// The workloads whose number of pods an autoscaler decides: it knows how many the load needs now, and neither a release nor the way back
/// may shrink that.
/// </summary>
internal sealed class Autoscaled
{
    private const string Kind = "HorizontalPodAutoscaler";
    private readonly HashSet<(string? Kind, string? Name)> targets;

    private Autoscaled(IEnumerable<JsonObject> scalers) =>
        targets = [.. scalers.Select(s => s.At("spec", "scaleTargetRef")).Select(t => (t.Text("kind"), t.Text("name")))];

    /// <summary>Reads the autoscalers in the manifests and in the cluster. Without the right to list them, those in the manifests decide.</summary>
    public static async Task<Autoscaled> ReadAsync(ClusterConnection cluster, Discovery discovery, IReadOnlyCollection<JsonObject> manifests, CancellationToken cancellation)
    {
        var ours = manifests.Where(m => m.Kind() == Kind);
        return new Autoscaled(manifests.Any(HasReplicas) ? [.. ours, .. await LiveAsync(cluster, discovery, cancellation)] : ours);
    }

    /// <summary>The manifest without what is not the release's to say.</summary>
    /// <param name="manifest">What the release wants.</param>
    /// <param name="live">The object as it is; null when there is none, and the manifest's number is where the autoscaler begins.</param>
    public JsonObject Ours(JsonObject manifest, JsonObject? live)
    {
        if (live is null || !HasReplicas(manifest) || !(targets.Contains((manifest.Kind(), manifest.Name())) || IsScaled(live)))
            return manifest;
        var ours = (JsonObject)manifest.DeepClone();
        // A field that its only owner leaves out falls back to the server's default, one pod.
        if (IsOthers(live))
            ours.At("spec")!.Remove("replicas");
        else
            ours.At("spec")!["replicas"] = live.At("spec")?["replicas"]?.DeepClone();
        return ours;
    }

    private static bool HasReplicas(JsonObject manifest) => manifest.At("spec")?["replicas"] is not null;

    // One of ours that is in no manifest any more is about to be removed.
    private static async Task<IEnumerable<JsonObject>> LiveAsync(ClusterConnection cluster, Discovery discovery, CancellationToken cancellation)
    {
        try
        {
            var resource = await discovery.FindAsync("autoscaling/v2", Kind, cancellation) ?? await discovery.FindAsync("autoscaling/v1", Kind, cancellation);
            return resource is null ? [] : await cluster.ListAsync(resource, $"!{ManifestSet.AppliedLabel}", cancellation);
        }
        catch (ClusterRequestException e) when (e.LacksRight)
        {
            return [];
        }
    }

    // What any autoscaler leaves, known or not. A person's "kubectl scale" leaves the same trace and is not meant.
    private static bool IsScaled(JsonObject live) => live.Items("metadata", "managedFields")
        .Any(f => f.Text("subresource") == "scale" && f.Text("manager")?.StartsWith("kubectl", StringComparison.Ordinal) == false);

    // Clusters before 1.22 do not say who wrote through /scale.
    private static bool IsOthers(JsonObject live) => live.Items("metadata", "managedFields")
        .Any(f => f.Text("manager") != ClusterConnection.FieldManager && f.At("fieldsV1", "f:spec")?["f:replicas"] is not null);
}
