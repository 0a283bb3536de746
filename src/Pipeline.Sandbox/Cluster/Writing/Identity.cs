using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Writing;

/// <summary>What the server alone decides of an object: who it is, since when, and in which generation.</summary>
internal static class Identity
{
    // Without vowels and look-alikes, so that no suffix reads as a word.
    private const string SuffixLetters = "bcdfghjklmnpqrstvwxz2456789";
    private static readonly string[] Kept =
        ["name", "generateName", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];
    // Their strategies count no generations.
    private static readonly HashSet<ResourceKind> Uncounted =
        [ResourceKind.Namespaces, ResourceKind.Nodes, ResourceKind.Services, ResourceKind.ResourceQuotas, ResourceKind.PersistentVolumeClaims, ResourceKind.Leases];

    /// <summary>A clone of a new object with its identity.</summary>
    public static JsonObject Give(ResourceKind kind, string? space, JsonObject wanted, string now)
    {
        var content = new JsonObject { ["kind"] = kind.Kind, ["apiVersion"] = kind.ApiVersion, ["metadata"] = new JsonObject() };
        foreach (var (name, value) in wanted)
            if (name is not ("kind" or "apiVersion") && value is not null)
                content[name] = value.DeepClone();
        var metadata = (JsonObject)content["metadata"]!;
        if (kind.IsNamespaced)
            metadata["namespace"] = space;
        else
            metadata.Remove("namespace");
        if (metadata.Text("name") is null && metadata.Text("generateName") is { } prefix)
            metadata["name"] = prefix + RandomNumberGenerator.GetString(SuffixLetters, 5);
        metadata["uid"] = $"{Guid.NewGuid()}";
        metadata["creationTimestamp"] = now;
        foreach (var field in (string[])["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"])
            metadata.Remove(field);
        if (content["spec"] is not null && !Uncounted.Contains(kind))
            metadata["generation"] = 1;
        return content;
    }

    /// <summary>What an object becomes: a request changes neither identity nor, by the wrong path, status or specification.</summary>
    public static JsonObject Keep(StoredObject before, JsonObject wanted, string subresource)
    {
        var content = wanted;
        if (subresource == "status")
        {
            content = (JsonObject)before.Content.DeepClone();
            Copy("status", wanted, content);
            Copy("managedFields", wanted.At("metadata")!, content.At("metadata")!);
        }
        else if (Kinds.BuiltInKinds.HasStatus(before.Kind) || before.Content.ContainsKey("status"))
            Copy("status", before.Content, content);

        content["kind"] = before.Kind.Kind;
        content["apiVersion"] = before.Kind.ApiVersion;
        var metadata = (JsonObject)(content["metadata"] ??= new JsonObject());
        foreach (var field in Kept)
            Copy(field, before.Content.At("metadata")!, metadata);
        metadata["resourceVersion"] = $"{before.Version}";
        return content;
    }

    private static void Copy(string field, JsonObject from, JsonObject to)
    {
        if (from[field] is { } value)
            to[field] = value.DeepClone();
        else
            to.Remove(field);
    }
}
