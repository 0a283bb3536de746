using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Who made an object, by <c>metadata.ownerReferences</c>.</summary>
internal static class Ownership
{
    /// <summary>The object's <c>metadata.uid</c>.</summary>
    public static string Uid(this StoredObject stored) => stored.Content.Text("metadata", "uid") ?? "";

    /// <summary>True once its deletion was asked for.</summary>
    public static bool IsDeleting(this StoredObject stored) => stored.Content.Text("metadata", "deletionTimestamp") is not null;

    /// <summary>The reference to the controller, or null.</summary>
    public static JsonObject? Controller(this StoredObject stored) =>
        stored.Content.Items("metadata", "ownerReferences").FirstOrDefault(r => r.Text("controller") == "true");

    /// <summary>True when <paramref name="owner"/> is its controller.</summary>
    public static bool IsControlledBy(this StoredObject stored, StoredObject owner) => stored.Controller().Text("uid") == owner.Uid();

    /// <summary>The key of its controller, when that is of <paramref name="kind"/>.</summary>
    public static ObjectKey? ControllerKey(this StoredObject stored, ResourceKind kind) =>
        stored.Controller() is { } owner && owner.Kind() == kind.Kind ? new ObjectKey(kind, stored.Namespace, owner.Text("name") ?? "") : null;

    /// <summary>What an object writes into what it makes.</summary>
    public static JsonObject ReferenceTo(StoredObject owner) => new()
    {
        ["apiVersion"] = owner.Kind.ApiVersion,
        ["kind"] = owner.Kind.Kind,
        ["name"] = owner.Name,
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };
}
