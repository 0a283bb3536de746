using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster;

/// <summary>What every cluster has from the start.</summary>
internal static class FirstObjects
{
    public static void Make(ClusterStore store, ObjectWriter writer)
    {
        foreach (var space in (string[])["default", "kube-system", "kube-public", "kube-node-lease"])
            if (store.Find(ResourceKind.Namespaces, null, space) is null)
                writer.Create(ResourceKind.Namespaces, null, Named(space));
        if (store.Find(ResourceKind.ClusterRoles, null, "cluster-admin") is not null)
            return;
        var role = Named("cluster-admin");
        role["rules"] = new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*"), ["verbs"] = new JsonArray("*") });
        writer.Create(ResourceKind.ClusterRoles, null, role);
        var binding = Named("cluster-admin");
        binding["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = "cluster-admin" };
        binding["subjects"] = new JsonArray(new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Group", ["name"] = "system:masters" });
        writer.Create(ResourceKind.ClusterRoleBindings, null, binding);
    }

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };
}
