namespace Pipeline.Sandbox.Cluster.Kinds;

/// <summary>The kinds that the cluster serves from the start.</summary>
internal static class BuiltInKinds
{
    public static readonly IReadOnlyList<ServedKind> All =
    [
        new(ResourceKind.ConfigMaps, ["cm"], []),
        new(ResourceKind.Endpoints, ["ep"], []),
        new(ResourceKind.Events, ["ev"], []),
        new(ResourceKind.Namespaces, ["ns"], ["status"]),
        new(ResourceKind.Nodes, ["no"], ["status"]),
        new(ResourceKind.PersistentVolumeClaims, ["pvc"], ["status"]),
        new(ResourceKind.Pods, ["po"], ["status", "log", "eviction", "proxy"], IsInAll: true),
        new(ResourceKind.ResourceQuotas, ["quota"], ["status"]),
        new(ResourceKind.Secrets, [], []),
        new(ResourceKind.ServiceAccounts, ["sa"], []),
        new(ResourceKind.Services, ["svc"], ["status"], IsInAll: true),
        new(new ResourceKind("apps", "v1", "DaemonSet", "daemonsets"), ["ds"], ["status"], IsInAll: true),
        new(ResourceKind.Deployments, ["deploy"], ["status", "scale"], IsInAll: true),
        new(ResourceKind.ReplicaSets, ["rs"], ["status", "scale"], IsInAll: true),
        new(new ResourceKind("apps", "v1", "StatefulSet", "statefulsets"), ["sts"], ["status", "scale"], IsInAll: true),
        new(ResourceKind.Jobs, [], ["status"], IsInAll: true),
        new(new ResourceKind("batch", "v1", "CronJob", "cronjobs"), ["cj"], ["status"], IsInAll: true),
        new(ResourceKind.Leases, [], []),
        new(ResourceKind.Roles, [], []),
        new(ResourceKind.RoleBindings, [], []),
        new(ResourceKind.ClusterRoles, [], []),
        new(ResourceKind.ClusterRoleBindings, [], []),
        new(ResourceKind.PodDisruptionBudgets, ["pdb"], ["status"]),
        new(ResourceKind.HorizontalPodAutoscalers, ["hpa"], ["status"], IsInAll: true),
        new(ResourceKind.CustomResourceDefinitions, ["crd", "crds"], ["status"]),
    ];

    private static readonly Dictionary<ResourceKind, ServedKind> ByKind = All.ToDictionary(k => k.Kind);

    /// <summary>True for kinds that a CustomResourceDefinition brought.</summary>
    public static bool IsCustom(ResourceKind kind) => !ByKind.ContainsKey(kind);

    /// <summary>True for built-in kinds whose status is written apart.</summary>
    public static bool HasStatus(ResourceKind kind) => ByKind.TryGetValue(kind, out var served) && served.Has("status");
}
