using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The namespace exists and is not going away.</summary>
internal sealed class NamespaceCheck : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Namespace;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var found = await cluster.FindAsync(Resource.Namespaces, cluster.Namespace, cancellation);
        if (found is null)
            return new Finding(Name, FindingState.Failed, $"'{cluster.Namespace}' does not exist.", "Have an administrator apply k8s/setup/, or correct KubeNamespace.");
        return found.Text("status", "phase") == "Terminating"
            ? new Finding(Name, FindingState.Failed, $"'{cluster.Namespace}' is being deleted.", "Wait until it is gone, then have it made again.")
            : new Finding(Name, FindingState.Passed, $"'{cluster.Namespace}'");
    }
}
