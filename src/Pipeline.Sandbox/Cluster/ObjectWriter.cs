using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster;

/// <summary>
/// Every write comes through here, a request's as well as a controller's: identity, generation, and in what order an object goes.
/// </summary>
/// <param name="store">Where objects are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class ObjectWriter(ClusterStore store, TimeProvider time)
{
    /// <summary>Adds an object.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="space">The namespace; null for cluster-wide kinds.</param>
    /// <param name="wanted">The object; a clone of it is stored.</param>
    /// <exception cref="ApiException">It was refused.</exception>
    public StoredObject Create(ResourceKind kind, string? space, JsonObject wanted)
    {
        var content = (JsonObject)wanted.DeepClone();
        content["apiVersion"] = kind.ApiVersion;
        content["kind"] = kind.Kind;
        var metadata = (JsonObject)(content["metadata"] ??= new JsonObject());
        if (kind.IsNamespaced)
            metadata["namespace"] = space;
        if (metadata.Text("name") is null && metadata.Text("generateName") is { } prefix)
            metadata["name"] = prefix + Guid.NewGuid().ToString("N")[..5];
        metadata["uid"] = $"{Guid.NewGuid()}";
        metadata["creationTimestamp"] = Now();
        if (content["spec"] is not null)
            metadata["generation"] = 1;
        return store.Create(kind, content);
    }

    /// <summary>Changes an object, from the newest version there is.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="change">Changes the clone it is given.</param>
    /// <returns>The object as stored; null when it is gone.</returns>
    public StoredObject? Update(ResourceKind kind, string? space, string name, Action<JsonObject> change)
    {
        while (store.Find(kind, space, name) is { } before)
        {
            var content = (JsonObject)before.Content.DeepClone();
            change(content);
            if (!JsonNode.DeepEquals(content["spec"], before.Content["spec"]))
                content["metadata"]!["generation"] = content.Number("metadata", "generation") + 1;
            try
            {
                return store.Replace(before, content);
            }
            catch (ApiException e) when (e.Reason is "Conflict")
            {
                // Somebody was faster; the change is made again on what they wrote.
            }
        }

        return null;
    }

    /// <summary>Removes an object at once; nothing happens when it is gone.</summary>
    public void Remove(ResourceKind kind, string? space, string name)
    {
        while (store.Find(kind, space, name) is { } before)
        {
            try
            {
                store.Remove(before);
                return;
            }
            catch (ApiException e) when (e.Reason is "Conflict" or "NotFound")
            {
                // Changed or gone in between.
            }
        }
    }

    /// <summary>The time as the API writes it: whole seconds, UTC.</summary>
    public string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}
