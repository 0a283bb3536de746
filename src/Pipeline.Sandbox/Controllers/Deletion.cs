using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Deletes as the API server does for a controller: pods with their grace period, everything else at once, finalizers first.</summary>
internal static class Deletion
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    // The API's default for pods that do not say.
    private const long DefaultGrace = 30;

    /// <summary>Deletes an object; its dependents follow by garbage collection.</summary>
    /// <param name="writer">Where objects are written.</param>
    /// <param name="target">What to delete.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isForeground">True to keep it until its dependents are gone.</param>
    public static void Delete(this ObjectWriter writer, StoredObject target, TimeProvider time, bool isForeground = false)
    {
        var grace = target.Kind == ResourceKind.Pods ? GraceOf(target.Content) : 0;
        if (grace == 0 && !isForeground && !HasFinalizers(target.Content))
        {
            writer.Remove(target.Kind, target.Namespace, target.Name);
            return;
        }

        writer.Update(target.Kind, target.Namespace, target.Name, content => Mark(content, target.Uid(), grace, isForeground, time));
    }

    /// <summary>Takes a finalizer away; an object that waited only for it is gone.</summary>
    public static void Finish(this ObjectWriter writer, StoredObject target, string finalizer)
    {
        var after = writer.Update(target.Kind, target.Namespace, target.Name, content =>
        {
            var finalizers = content.At("metadata")?["finalizers"] as JsonArray;
            foreach (var done in (finalizers ?? []).Where(f => (string?)f == finalizer).ToList())
                finalizers!.Remove(done);
            if (finalizers is { Count: 0 })
                content.At("metadata")!.Remove("finalizers");
        });
        // A pod goes when its node says so, by a deletion without grace.
        var isEnded = after?.Kind != ResourceKind.Pods || after.Content.Number("metadata", "deletionGracePeriodSeconds") == 0;
        if (after is not null && after.IsDeleting() && isEnded && !HasFinalizers(after.Content))
            writer.Remove(after.Kind, after.Namespace, after.Name);
    }

    /// <summary>True when somebody must do something before the object may go.</summary>
    public static bool HasFinalizers(JsonObject content) => content.At("metadata")?["finalizers"] is JsonArray { Count: > 0 };

    /// <summary>True when this finalizer is among them.</summary>
    public static bool HasFinalizer(this StoredObject stored, string finalizer) =>
        stored.Content.At("metadata")?["finalizers"] is JsonArray all && all.Any(f => (string?)f == finalizer);

    // A pod that no node took, and one that ended, has nothing to be graceful with.
    private static long GraceOf(JsonObject pod) =>
        pod.Text("spec", "nodeName") is null || pod.HasEnded() ? 0
        : pod.Text("spec", "terminationGracePeriodSeconds") is null ? DefaultGrace : pod.Number("spec", "terminationGracePeriodSeconds");

    private static void Mark(JsonObject content, string uid, long grace, bool isForeground, TimeProvider time)
    {
        var metadata = content.At("metadata")!;
        if (metadata.Text("uid") != uid || metadata.Text("deletionTimestamp") is not null)
            return;
        metadata["deletionTimestamp"] = (time.GetUtcNow() + TimeSpan.FromSeconds(grace)).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        metadata["deletionGracePeriodSeconds"] = grace;
        if (!isForeground)
            return;
        if (metadata["finalizers"] is not JsonArray)
            metadata["finalizers"] = new JsonArray();
        ((JsonArray)metadata["finalizers"]!).Add(Foreground);
    }
}
