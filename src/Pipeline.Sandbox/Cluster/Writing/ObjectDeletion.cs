using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Writing;

/// <summary>Whether an object goes at once or is marked, and how.</summary>
internal static class ObjectDeletion
{
    /// <summary>The object with the marks of its deletion.</summary>
    public static JsonObject Marked(StoredObject before, DeleteOptions options, TimeProvider time)
    {
        Check(before, options);
        var content = (JsonObject)before.Content.DeepClone();
        var metadata = content.At("metadata")!;
        var grace = GraceOf(before, options);
        // A second, more patient request does not prolong the first.
        if (metadata.Text("deletionTimestamp") is null || grace < metadata.Number("deletionGracePeriodSeconds"))
        {
            metadata["deletionTimestamp"] = (time.GetUtcNow().UtcDateTime + TimeSpan.FromSeconds(grace)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            metadata["deletionGracePeriodSeconds"] = grace;
        }

        if (options.Propagation is "Foreground" or "Orphan")
            AddFinalizer(metadata, options.Propagation == "Foreground" ? "foregroundDeletion" : "orphan");
        if (before.Kind == ResourceKind.Namespaces)
            content["status"] = new JsonObject { ["phase"] = "Terminating" };
        return content;
    }

    /// <summary>True when nothing keeps the object any more.</summary>
    public static bool IsOver(ResourceKind kind, JsonObject content)
    {
        var metadata = content.At("metadata");
        return metadata.Text("deletionTimestamp") is not null
            && metadata!["finalizers"] is not JsonArray { Count: > 0 }
            // The node agent stops a pod's containers first, and says so by a deletion without grace.
            && (kind != ResourceKind.Pods || metadata.Text("deletionGracePeriodSeconds") == "0")
            && kind != ResourceKind.Namespaces;
    }

    private static void Check(StoredObject before, DeleteOptions options)
    {
        Check(before, "UID", options.Uid, before.Content.Text("metadata", "uid"));
        Check(before, "ResourceVersion", options.ResourceVersion, $"{before.Version}");
    }

    private static void Check(StoredObject before, string what, string? wanted, string? found)
    {
        if (wanted is not null && wanted != found)
            throw new ApiException(
                HttpStatusCode.Conflict,
                "Conflict",
                $"Operation cannot be fulfilled on {before.Kind.QualifiedName} \"{before.Name}\": the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). The object might have been deleted and then recreated");
    }

    private static long GraceOf(StoredObject before, DeleteOptions options)
    {
        if (before.Kind != ResourceKind.Pods
            || before.Content.Text("spec", "nodeName") is not { Length: > 0 }
            || before.Content.Text("status", "phase") is "Succeeded" or "Failed")
            return 0;
        return options.GraceSeconds ?? (before.Content.Text("spec", "terminationGracePeriodSeconds") is { } own ? long.Parse(own, CultureInfo.InvariantCulture) : 30);
    }

    private static void AddFinalizer(JsonObject metadata, string finalizer)
    {
        var finalizers = (JsonArray)(metadata["finalizers"] ??= new JsonArray());
        if (!finalizers.Any(f => (string?)f == finalizer))
            finalizers.Add(finalizer);
    }
}
