namespace Pipeline.Sandbox.Cluster;

/// <summary>A kind of object that the cluster serves.</summary>
/// <param name="Group">The API group, as in <c>apps</c>; empty for the core group.</param>
/// <param name="Version">As in <c>v1</c>.</param>
/// <param name="Kind">As in <c>Deployment</c>.</param>
/// <param name="Plural">As in <c>deployments</c>.</param>
/// <param name="IsNamespaced">False for cluster-wide kinds.</param>
internal sealed record ResourceKind(string Group, string Version, string Kind, string Plural, bool IsNamespaced = true)
{
    public static readonly ResourceKind Namespaces = new("", "v1", "Namespace", "namespaces", IsNamespaced: false);
    public static readonly ResourceKind Nodes = new("", "v1", "Node", "nodes", IsNamespaced: false);
    public static readonly ResourceKind Pods = new("", "v1", "Pod", "pods");
    public static readonly ResourceKind Services = new("", "v1", "Service", "services");
    public static readonly ResourceKind Endpoints = new("", "v1", "Endpoints", "endpoints");
    public static readonly ResourceKind ConfigMaps = new("", "v1", "ConfigMap", "configmaps");
    public static readonly ResourceKind Secrets = new("", "v1", "Secret", "secrets");
    public static readonly ResourceKind Events = new("", "v1", "Event", "events");
    public static readonly ResourceKind ServiceAccounts = new("", "v1", "ServiceAccount", "serviceaccounts");
    public static readonly ResourceKind ResourceQuotas = new("", "v1", "ResourceQuota", "resourcequotas");
    public static readonly ResourceKind PersistentVolumeClaims = new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    public static readonly ResourceKind Deployments = new("apps", "v1", "Deployment", "deployments");
    public static readonly ResourceKind ReplicaSets = new("apps", "v1", "ReplicaSet", "replicasets");
    public static readonly ResourceKind Jobs = new("batch", "v1", "Job", "jobs");
    public static readonly ResourceKind Leases = new("coordination.k8s.io", "v1", "Lease", "leases");
    public static readonly ResourceKind Roles = new("rbac.authorization.k8s.io", "v1", "Role", "roles");
    public static readonly ResourceKind RoleBindings = new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings");
    public static readonly ResourceKind ClusterRoles = new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", IsNamespaced: false);
    public static readonly ResourceKind ClusterRoleBindings = new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", IsNamespaced: false);
    public static readonly ResourceKind PodDisruptionBudgets = new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets");
    public static readonly ResourceKind HorizontalPodAutoscalers = new("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");
    public static readonly ResourceKind CustomResourceDefinitions = new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", IsNamespaced: false);

    /// <summary>Group and version as manifests write them: <c>apps/v1</c>, or <c>v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Plural and group as messages write them: <c>deployments.apps</c>, or <c>pods</c>.</summary>
    public string QualifiedName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
