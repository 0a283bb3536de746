using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>What a controller's queue holds: which object to look at, never what was seen of it.</summary>
internal readonly record struct ObjectKey(ResourceKind Kind, string Namespace, string Name)
{
    public static ObjectKey Of(StoredObject stored) => new(stored.Kind, stored.Namespace, stored.Name);
}
