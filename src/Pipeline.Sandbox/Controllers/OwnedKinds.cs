using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>The kinds that live in namespaces: what garbage collection and the end of a namespace look through.</summary>
internal static class OwnedKinds
{
    public static IReadOnlyList<ResourceKind> All =>
    [
        ResourceKind.Deployments, ResourceKind.ReplicaSets, ResourceKind.Jobs, ResourceKind.Pods, ResourceKind.Services, ResourceKind.Endpoints,
        ResourceKind.ConfigMaps, ResourceKind.Secrets, ResourceKind.ServiceAccounts, ResourceKind.ResourceQuotas, ResourceKind.PersistentVolumeClaims,
        ResourceKind.Leases, ResourceKind.Roles, ResourceKind.RoleBindings, ResourceKind.PodDisruptionBudgets, ResourceKind.HorizontalPodAutoscalers,
    ];

    /// <summary>Everything of a namespace, events too.</summary>
    public static IEnumerable<StoredObject> In(ClusterStore store, string space) => All.Append(ResourceKind.Events).SelectMany(kind => store.List(kind, space).Items);

    /// <summary>The objects that name this one as an owner.</summary>
    public static IEnumerable<StoredObject> Dependents(ClusterStore store, StoredObject owner) =>
        All.SelectMany(kind => store.List(kind, owner.Namespace).Items).Where(o => o.Content.Items("metadata", "ownerReferences").Any(r => r.Text("uid") == owner.Uid()));
}
