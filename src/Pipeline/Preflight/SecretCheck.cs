using Pipeline.Cluster;
using Pipeline.Releases;

namespace Pipeline.Preflight;

/// <summary>A Secret that the pods need exists. Its content is neither shown nor kept.</summary>
/// <param name="secret">Its name.</param>
internal sealed class SecretCheck(string secret) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => $"secret {secret}";

    /// <inheritdoc />
    public string Needs => ClusterCheck.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        try
        {
            if (await cluster.FindAsync(Resource.Secrets, secret, cancellation) is not null)
                return new Finding(Name, FindingState.Passed, $"is in '{cluster.Namespace}'");
            var command = $"kubectl -n {cluster.Namespace} create secret generic {secret} --from-env-file=FILE";
            return new Finding(Name, FindingState.Failed, $"'{secret}' is not in '{cluster.Namespace}'.", $"Have an administrator make it: {command}");
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            return new Finding(Name, FindingState.NotChecked, $"no right to read it in '{cluster.Namespace}'");
        }
    }
}
