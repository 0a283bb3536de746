using Nuke.Common;
using Pipeline.Cluster;

namespace Pipeline.Build.Settings;

/// <summary>Which cluster and namespace.</summary>
internal interface IHazCluster : INukeBuild
{
    /// <summary>The kubeconfig.</summary>
    [Parameter("The kubeconfig's path. Default: the first in KUBECONFIG, else ~/.kube/config.")]
    string? KubeConfig => TryGetValue(() => KubeConfig);

    /// <summary>The context.</summary>
    [Parameter("The context in the kubeconfig; its current context never decides.")]
    string? KubeContext => TryGetValue(() => KubeContext);

    /// <summary>The namespace.</summary>
    [Parameter("The namespace that the product runs in.")]
    string? KubeNamespace => TryGetValue(() => KubeNamespace);

    /// <summary>The cluster's identity.</summary>
    [Parameter("The UID of the cluster's kube-system namespace, which pins the cluster; Init writes it.")]
    string? ClusterUid => TryGetValue(() => ClusterUid);

    /// <summary>These settings as the engine takes them.</summary>
    ClusterOptions Cluster => new() { KubeConfig = KubeConfig, KubeContext = KubeContext, KubeNamespace = KubeNamespace, ClusterUid = ClusterUid };
}
