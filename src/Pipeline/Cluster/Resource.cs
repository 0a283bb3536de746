namespace Pipeline.Cluster;

/// <summary>A kind of object as the API serves it.</summary>
/// <param name="ApiVersion">Group and version, as in <c>apps/v1</c>, or <c>v1</c>.</param>
/// <param name="Kind">As in <c>Deployment</c>.</param>
/// <param name="Plural">As in <c>deployments</c>.</param>
/// <param name="IsNamespaced">False for cluster-wide kinds.</param>
public sealed record Resource(string ApiVersion, string Kind, string Plural, bool IsNamespaced = true)
{
    /// <summary><c>v1</c> ConfigMap.</summary>
    public static readonly Resource ConfigMaps = new("v1", "ConfigMap", "configmaps");

    /// <summary><c>v1</c> Secret.</summary>
    public static readonly Resource Secrets = new("v1", "Secret", "secrets");

    /// <summary><c>v1</c> Pod.</summary>
    public static readonly Resource Pods = new("v1", "Pod", "pods");

    /// <summary><c>v1</c> Event.</summary>
    public static readonly Resource Events = new("v1", "Event", "events");

    /// <summary><c>v1</c> Namespace.</summary>
    public static readonly Resource Namespaces = new("v1", "Namespace", "namespaces", IsNamespaced: false);

    /// <summary><c>apps/v1</c> Deployment.</summary>
    public static readonly Resource Deployments = new("apps/v1", "Deployment", "deployments");

    /// <summary><c>apps/v1</c> ReplicaSet.</summary>
    public static readonly Resource ReplicaSets = new("apps/v1", "ReplicaSet", "replicasets");

    /// <summary><c>batch/v1</c> Job.</summary>
    public static readonly Resource Jobs = new("batch/v1", "Job", "jobs");

    /// <summary><c>coordination.k8s.io/v1</c> Lease.</summary>
    public static readonly Resource Leases = new("coordination.k8s.io/v1", "Lease", "leases");

    /// <summary>The path of the API group: <c>api/v1</c> or <c>apis/apps/v1</c>.</summary>
    public string GroupPath => (ApiVersion.Contains('/', StringComparison.Ordinal) ? "apis/" : "api/") + ApiVersion;

    /// <summary>The path of all objects of this kind in <paramref name="space"/>, or of one named <paramref name="name"/>.</summary>
    public string PathIn(string? space, string? name = null)
    {
        var collection = IsNamespaced && space is not null ? $"{GroupPath}/namespaces/{space}/{Plural}" : $"{GroupPath}/{Plural}";
        return name is null ? collection : $"{collection}/{Uri.EscapeDataString(name)}";
    }
}
