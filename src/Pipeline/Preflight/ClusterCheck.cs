using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Cluster;
using Pipeline.Environments;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The cluster answers, is new enough, and is the one that the profile pins.</summary>
internal sealed partial class ClusterCheck : IPreflightCheck
{
    // Server-side apply, which every deployment uses, is switched on by default since 1.16 and keeps lists apart correctly since 1.20.
    private static readonly Version Oldest = new(1, 20);

    /// <inheritdoc />
    public string Name => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        // Refuses a cluster with another identity.
        var cluster = await context.ClusterAsync(cancellation);
        var said = (await cluster.SendAsync(HttpMethod.Get, "version", null, cancellation)).Text("gitVersion") ?? "";
        var found = $"context '{cluster.Context}', Kubernetes {said}";
        if (VersionOf(said) is { } version && version < Oldest)
            return new Finding(Name, FindingState.Failed, $"{found}, older than {Oldest}.", "Upgrade the cluster.");
        return await ClusterPin.UidAsync(cluster, cancellation) is { } uid
            ? new Finding(Name, FindingState.Passed, $"{found}, identity {uid}")
            : new Finding(Name, FindingState.Warned, $"{found}; identity not checked, for want of the right to read the namespace kube-system", "Apply k8s/setup/cluster-identity.yaml.");
    }

    // v1.31.2, v1.20.2-dirty, v1.29.4-gke.1043002
    private static Version? VersionOf(string text) =>
        Numbers().Match(text) is { Success: true } found
            ? new Version(int.Parse(found.Groups["major"].Value, CultureInfo.InvariantCulture), int.Parse(found.Groups["minor"].Value, CultureInfo.InvariantCulture))
            : null;

    [GeneratedRegex(@"^v(?<major>\d+)\.(?<minor>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Numbers();
}
