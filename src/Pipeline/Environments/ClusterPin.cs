using Pipeline.Cluster;
using Pipeline.Errors;
using Serilog;

namespace Pipeline.Environments;

/// <summary>Proves that a cluster is the one the profile pins, whatever its name in the kubeconfig says.</summary>
internal static class ClusterPin
{
    /// <exception cref="FailureException">It is another cluster.</exception>
    public static async Task ProveAsync(ClusterConnection cluster, ClusterOptions options, ILogger log, CancellationToken cancellation)
    {
        var uid = await UidAsync(cluster, cancellation);
        if (uid is null)
            log.Warning("The cluster's identity was not checked: '{Context}' may not read the namespace kube-system (k8s/setup/cluster-identity.yaml gives that right)", cluster.Context);
        else if (!string.Equals(uid, options.ClusterUid, StringComparison.OrdinalIgnoreCase))
            throw FailureException.Refused($"The context '{cluster.Context}' leads to another cluster: its identity is {uid}, the profile pins {options.ClusterUid}. Nothing was changed. Check KubeContext, or, if the cluster was rebuilt, set ClusterUid.");
    }

    /// <summary>The UID of <c>kube-system</c>; null without the right to read it.</summary>
    public static async Task<string?> UidAsync(ClusterConnection cluster, CancellationToken cancellation)
    {
        try
        {
            return (await cluster.FindAsync(Resource.Namespaces, "kube-system", cancellation)).Text("metadata", "uid");
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            return null;
        }
    }
}
