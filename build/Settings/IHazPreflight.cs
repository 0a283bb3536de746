using Nuke.Common;
using Pipeline.Preflight;
using Pipeline.Settings;

namespace Pipeline.Build.Settings;

/// <summary>What Preflight compares with, and what a person leaves out of it.</summary>
internal interface IHazPreflight : IHazMigrations, IHazFrontendBucket, IHazReason
{
    /// <summary>Checks to leave out.</summary>
    [Parameter("Checks of Preflight to leave out, separated by commas; needs --reason, and the record keeps both.")]
    string? PreflightSkip => TryGetValue(() => PreflightSkip);

    /// <summary>When releases may begin.</summary>
    [Parameter("When releases may begin, as in 'Mon-Thu 09:00-17:00 Europe/Berlin'; several with ';' between. Default: always.")]
    string? MaintenanceWindow => TryGetValue(() => MaintenanceWindow);

    /// <summary>The replica's address.</summary>
    [Parameter("The replica's address as this machine reaches it: postgresql://user:password@host:port/name.")]
    [Secret]
    string? ReplicaUrl => TryGetValue(() => ReplicaUrl);

    /// <summary>How late the replica may be.</summary>
    [Parameter("How far the replica may be behind. Default: 30s.")]
    string? ReplicaLag => TryGetValue(() => ReplicaLag);

    /// <summary>The Redis cluster.</summary>
    [Parameter("The Redis cluster: host:port of its nodes, separated by commas, and options such as password=... and ssl=true.")]
    [Secret]
    string? RedisEndpoints => TryGetValue(() => RedisEndpoints);

    /// <summary>Control plane nodes.</summary>
    [Parameter("How many control plane nodes must be ready. Default: not compared.")]
    string? ExpectedControlPlaneNodes => TryGetValue(() => ExpectedControlPlaneNodes);

    /// <summary>Worker nodes.</summary>
    [Parameter("How many worker nodes must take pods. Default: not compared.")]
    string? ExpectedWorkerNodes => TryGetValue(() => ExpectedWorkerNodes);

    /// <summary>What each component is meant to have.</summary>
    [Parameter("Processors, memory and storage of each component: api=2/4Gi/20Gi,database=4/8Gi/100Gi,cache=2/4Gi/20Gi.")]
    string? ExpectedResources => TryGetValue(() => ExpectedResources);

    /// <summary>What must be carried out exactly.</summary>
    [Parameter("The file of a preview (--save): the release does exactly what it showed, or is refused.")]
    string? FromPreview => TryGetValue(() => FromPreview);

    /// <summary>These settings as the engine takes them.</summary>
    LastLookOptions LastLook => new()
    {
        Image = Image,
        Manifests = Manifests,
        Database = Database,
        ReplicaUrl = Secret.From(ReplicaUrl),
        ReplicaLag = ReplicaLag,
        MaintenanceWindow = MaintenanceWindow,
        Frontend = Frontend,
        FromPreview = FromPreview,
        Skipped = new SkippedChecks { PreflightSkip = PreflightSkip, Reason = Reason },
    };

    /// <summary>What the environment is meant to be made of.</summary>
    Expectations Expected => new()
    {
        ExpectedControlPlaneNodes = ExpectedControlPlaneNodes,
        ExpectedWorkerNodes = ExpectedWorkerNodes,
        ExpectedResources = ExpectedResources,
    };
}
