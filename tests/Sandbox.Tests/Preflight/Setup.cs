using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Verification;

namespace Sandbox.Tests.Preflight;

/// <summary>What stands in an environment before a release.</summary>
internal static class Setup
{
    /// <summary>The manifests that an administrator applies for the user who deploys.</summary>
    public static IEnumerable<string> DeployerRole()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            folder = folder.Parent!;
        return File.ReadAllText(Path.Combine(folder.FullName, "k8s", "setup", "deployer-role.yaml")).Split("\n---\n");
    }

    /// <summary>Writes the record of a release that serves.</summary>
    public static async Task RecordGoodReleaseAsync(ClusterConnection cluster) => await new RecordStore(cluster).TryCreateAsync(
        new Release
        {
            Number = 1,
            Environment = "test",
            Key = "test/1.0.0",
            Version = "1.0.0",
            Commit = new string('a', 40),
            StartedBy = "ann@laptop",
            Outcome = ReleaseOutcome.Succeeded,
            Rollout = new RolloutResult([], 0),
            Verification = new VerificationResult([]),
        },
        default);
}
