using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Previews;

/// <summary>The objects that would be made, changed and removed, each field by field.</summary>
/// <param name="manifests">What would be applied.</param>
internal sealed class ClusterPreview(ManifestOptions manifests)
{
    /// <returns>True when there is something to do.</returns>
    public async Task<bool> ShowAsync(Release release, ReleaseHistory history, ImageResult image, PreviewText text, StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var files = await ManifestFiles.ReadAsync(manifests, release.Environment, cluster.Namespace, cancellation);
        var wanted = ManifestSet.Of(files, manifests, release, image).Objects;
        var plan = await new Rollout(cluster, context, manifests.Timeout).PlanAsync(wanted, manifests.TakeOverFields || history.Live is null, cancellation);
        text.Title("Cluster");
        foreach (var planned in plan.Changes)
            Show(planned, planned.Live is null ? await ReplacedAsync(planned, plan, cluster, cancellation) : null, text);
        foreach (var gone in plan.Surplus)
            text.Line($"- {gone.Resource.Kind}/{gone.Live.Name()}: no manifest has it any more");
        text.Line($"{plan.Objects.Count(o => !o.Changes)} of {plan.Objects.Count} objects stay as they are");
        return !plan.IsDone;
    }

    // A ConfigMap that changes gets another name; what a person changed is its content.
    private static async Task<JsonObject?> ReplacedAsync(PlannedObject planned, RolloutPlan plan, ClusterConnection cluster, CancellationToken cancellation)
    {
        if (planned.Resource != Resource.ConfigMaps)
            return null;
        var name = plan.Objects.Where(o => o.Live is not null).SelectMany(o => PodTemplate.ConfigMapReferences(o.Live!))
            .Select(r => r.Owner.Text(r.Field)).FirstOrDefault(n => n is not null && ManifestSet.IsEarlier(n, planned.Manifest.Name()));
        return name is null ? null : await cluster.FindAsync(Resource.ConfigMaps, name, cancellation);
    }

    private static void Show(PlannedObject planned, JsonObject? replaced, PreviewText text)
    {
        var before = planned.Live ?? replaced;
        text.Line($"{(before is null ? "+" : "~")} {planned.Manifest.Kind()}/{planned.Manifest.Name()}{(replaced is null ? "" : $", in place of {replaced.Name()}")}");
        // What a new object gets from the server says nothing about the release.
        var after = Unnamed(before is null ? planned.Manifest : planned.Wanted);
        foreach (var change in FieldDiff.Of(before is null ? null : Unnamed(before), after))
            text.Change(change);
    }

    // Kind and name stand above the fields.
    private static JsonObject Unnamed(JsonObject found)
    {
        var wish = PlannedObject.WishOf(found);
        wish.Remove("apiVersion");
        wish.At("metadata")?.Remove("name");
        return wish;
    }
}
