using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>One manifest beside what is live and what the server would make of it.</summary>
/// <param name="Resource">Its kind.</param>
/// <param name="Manifest">What is asked for.</param>
/// <param name="Live">The object as it is; null when there is none.</param>
/// <param name="Wanted">The object as it would be stored.</param>
internal sealed record PlannedObject(Resource Resource, JsonObject Manifest, JsonObject? Live, JsonObject Wanted)
{
    /// <summary>True when the server would have to change something.</summary>
    public bool Changes => Live is null || !JsonNode.DeepEquals(WishOf(Live), WishOf(Wanted));

    /// <summary>An object without what the server keeps for itself and what says nothing about the wish.</summary>
    public static JsonObject WishOf(JsonObject stored)
    {
        var copy = (JsonObject)stored.DeepClone();
        copy.Remove("status");
        foreach (var field in (string[])["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink"])
            copy.At("metadata")?.Remove(field);
        return copy;
    }
}
