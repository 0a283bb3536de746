using Pipeline.Settings;

namespace Pipeline.Cluster;

/// <summary>Which Kubernetes cluster and namespace. The kubeconfig's current context never decides.</summary>
public sealed record ClusterOptions
{
    /// <summary>The kubeconfig's path.</summary>
    /// <value>The first file in <c>KUBECONFIG</c> that has the context, else <c>~/.kube/config</c>.</value>
    public string? KubeConfig { get; init; }

    /// <summary>The context in the kubeconfig.</summary>
    public string? KubeContext { get; init; }

    /// <summary>The namespace that the product runs in.</summary>
    public string? KubeNamespace { get; init; }

    /// <summary>The UID of the cluster's <c>kube-system</c> namespace: what makes it this cluster and no other.</summary>
    public string? ClusterUid { get; init; }

    /// <summary>Context and namespace, as messages name them.</summary>
    public string Place => $"context {KubeContext ?? "(none)"}, namespace {KubeNamespace ?? "(none)"}";

    /// <summary>Adds a sentence for everything that is missing.</summary>
    public void Check(Faults faults)
    {
        faults.Require(nameof(KubeContext), KubeContext, "the kubeconfig's context");
        faults.Require(nameof(KubeNamespace), KubeNamespace, "the namespace that the product runs in");
        faults.Require(nameof(ClusterUid), ClusterUid, "the cluster's identity (kubectl get namespace kube-system -o jsonpath={.metadata.uid})");
    }
}
