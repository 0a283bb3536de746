using Nuke.Common;
using Pipeline.Frontend;

namespace Pipeline.Build.Settings;

/// <summary>The CDN in front of the site.</summary>
internal interface IHazCdn : INukeBuild
{
    /// <summary>The distribution.</summary>
    [Parameter("The CloudFront distribution's id.")]
    string? CdnDistributionId => TryGetValue(() => CdnDistributionId);

    /// <summary>The API's address.</summary>
    [Parameter("The CloudFront API's address. Default: Amazon's own.")]
    string? CdnEndpoint => TryGetValue(() => CdnEndpoint);

    /// <summary>How long to wait.</summary>
    [Parameter("How long to wait for an invalidation; longer is a warning. Default: 10m.")]
    string? CdnTimeout => TryGetValue(() => CdnTimeout);

    /// <summary>These settings as the engine takes them.</summary>
    CdnOptions Cdn => new() { CdnDistributionId = CdnDistributionId, CdnEndpoint = CdnEndpoint, CdnTimeout = CdnTimeout };
}
