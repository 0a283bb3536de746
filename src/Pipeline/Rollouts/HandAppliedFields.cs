using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Rollouts;

/// <summary>
/// Takes over the fields of <c>kubectl apply</c>: they become what this product applied earlier, so that one that no manifest has any more
/// really goes. The server removes only what its own manager no longer applies.
/// </summary>
internal sealed class HandAppliedFields(ClusterConnection cluster, StepContext context)
{
    // The second is kubectl's for its own bookkeeping, the third the server's for objects that are older than ownership.
    private static readonly string[] Managers = ["kubectl-client-side-apply", "kubectl-last-applied", "before-first-apply"];

    /// <summary>Takes over the fields of every object that a release is about to apply.</summary>
    public async Task TakeOverAsync(RolloutPlan plan, CancellationToken cancellation)
    {
        foreach (var planned in plan.Objects.Where(o => o.Live is not null))
            await TakeOverAsync(planned.Resource, planned.Live!, cancellation);
    }

    /// <summary>The entries of <c>managedFields</c> once the fields are this product's; null when nobody applied by hand.</summary>
    internal static JsonArray? Taken(JsonObject stored)
    {
        var entries = stored.Items("metadata", "managedFields").ToList();
        var theirs = entries.Where(IsTheirs).ToList();
        if (theirs.Count == 0)
            return null;
        var ours = entries.Find(e => e.Text("manager") == ClusterConnection.FieldManager && e.Text("operation") == "Apply") ?? theirs[0];
        var taken = (JsonObject)ours.DeepClone();
        taken["manager"] = ClusterConnection.FieldManager;
        taken["operation"] = "Apply";
        foreach (var entry in theirs)
            Unite(taken.At("fieldsV1")!, entry.At("fieldsV1") ?? []);
        return [taken, .. entries.Except([.. theirs, ours]).Select(e => e.DeepClone())];
    }

    // Somebody writes to the object in between: it is read again.
    private async Task TakeOverAsync(Resource resource, JsonObject live, CancellationToken cancellation)
    {
        for (var stored = live; stored is not null && Taken(stored) is { } taken; stored = await cluster.FindAsync(resource, live.Name(), cancellation))
            if (await OwnerChange.TryAsync(cluster, resource, stored, taken, cancellation))
            {
                context.Log.Information("{Kind:l}/{Name:l}: took over what was applied by hand", live.Kind(), live.Name());
                return;
            }
    }

    // kubectl apply --server-side is the manager "kubectl"; the same name with Update is an edit.
    private static bool IsTheirs(JsonObject entry) =>
        entry.Text("subresource") is null && (Managers.Contains(entry.Text("manager")) || (entry.Text("manager") == "kubectl" && entry.Text("operation") == "Apply"));

    private static void Unite(JsonObject into, JsonObject more)
    {
        foreach (var (field, below) in more)
            if (into[field] is JsonObject known)
                Unite(known, below as JsonObject ?? []);
            else
                into[field] = below?.DeepClone();
    }
}
