using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Writing;

/// <summary>Nothing is created in a namespace that does not exist or is going.</summary>
internal static class NamespaceGate
{
    /// <param name="store">Where namespaces are kept.</param>
    /// <param name="kind">What is created.</param>
    /// <param name="space">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="mustExist">False for controllers, whose owner object shows that the namespace is there.</param>
    public static void Check(ClusterStore store, ResourceKind kind, string? space, string name, bool mustExist)
    {
        if (!kind.IsNamespaced)
            return;
        var found = store.Find(ResourceKind.Namespaces, null, space ?? "");
        if (found is null && mustExist)
            throw ApiException.NotFound(ResourceKind.Namespaces, space ?? "");
        if (found?.Content.Text("metadata", "deletionTimestamp") is not null)
            throw ApiException.Forbidden(kind, name, $"unable to create new content in namespace {space} because it is being terminated");
    }
}
