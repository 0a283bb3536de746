using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>The order of application: what others depend on comes first.</summary>
internal static class ApplyOrder
{
    // Unknown kinds, such as a secret store's or a certificate's, are mostly what pods wait for.
    private const string Unknown = "";

    private static readonly string[] Kinds =
    [
        "Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass", "ResourceQuota", "LimitRange",
        "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "NetworkPolicy",
        "ConfigMap", "Secret", "PersistentVolume", "PersistentVolumeClaim", "Service", Unknown,
        "Deployment", "StatefulSet", "DaemonSet", "CronJob", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress",
        "ServiceMonitor", "PodMonitor", "PrometheusRule",
        // What asks pods of the release before it lets others in must not come before those pods.
        "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    ];

    /// <summary>The manifests in the order of application; those of one kind stay as they were.</summary>
    public static IEnumerable<JsonObject> Of(IEnumerable<JsonObject> manifests) => manifests.OrderBy(m => Rank(m.Kind()));

    /// <summary>The place of a kind.</summary>
    public static int Rank(string kind) => Array.IndexOf(Kinds, kind) is >= 0 and var rank ? rank : Array.IndexOf(Kinds, Unknown);
}
