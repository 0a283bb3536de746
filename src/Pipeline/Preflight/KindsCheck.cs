using Pipeline.Cluster;
using Pipeline.Rollouts;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The cluster serves every kind in the manifests.</summary>
/// <param name="shared">The manifests.</param>
internal sealed class KindsCheck(SharedReads shared) : IPreflightCheck
{
    // The operator that brings these kinds is optional: monitoring must not keep a release from users.
    private const string Optional = "monitoring.coreos.com/";

    /// <inheritdoc />
    public string Name => CheckName.Kinds;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var kinds = await shared.KindsAsync(context, cancellation);
        var manifests = kinds.Select(k => k.Manifest).ToList();
        var missing = kinds.Where(k => k.Resource is null && CustomKinds.Find(manifests, k.Manifest) is null).Select(k => $"{k.Manifest.Text("apiVersion")} {k.Manifest.Kind()}").Distinct().ToList();
        var needed = missing.Where(m => !m.StartsWith(Optional, StringComparison.Ordinal)).ToList();
        if (needed.Count > 0)
            return new Finding(Name, FindingState.Failed, $"the cluster does not serve {string.Join(", ", needed)}.", "Change the manifest's apiVersion, or have what brings the kind installed.");
        return missing.Count > 0
            ? new Finding(Name, FindingState.Warned, $"{string.Join(", ", missing)} will not be applied: the cluster has no Prometheus operator", "Have it installed, or do without.")
            : new Finding(Name, FindingState.Passed, $"serves all {kinds.Select(k => k.Manifest.Kind()).Distinct().Count()} kinds in the manifests");
    }
}
