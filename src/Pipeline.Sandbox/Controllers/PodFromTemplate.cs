using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Makes a pod from <c>spec.template</c>.</summary>
internal static class PodFromTemplate
{
    /// <param name="owner">A ReplicaSet or Job.</param>
    /// <param name="prefix">What the generated name begins with.</param>
    public static JsonObject Make(StoredObject owner, string prefix)
    {
        var template = owner.Content.At("spec", "template");
        var metadata = new JsonObject { ["generateName"] = prefix };
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations"])
            if (template.At("metadata", field) is { } pairs)
                metadata[field] = pairs.DeepClone();
        metadata["ownerReferences"] = new JsonArray(Ownership.ReferenceTo(owner));
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["spec"] = template.At("spec")?.DeepClone() ?? new JsonObject(),
            ["status"] = new JsonObject { ["phase"] = "Pending" },
        };
    }
}
