using Nuke.Common;
using Pipeline.Verification;

namespace Pipeline.Build.Settings;

/// <summary>What users use.</summary>
internal interface IHazPublicAddresses : IHazFrontendBucket
{
    /// <summary>The site.</summary>
    [Parameter("The site's public address.")]
    string? SiteUrl => TryGetValue(() => SiteUrl);

    /// <summary>How long they may take.</summary>
    [Parameter("How long the public addresses may take to show a release. Default: 2m.")]
    string? VerifyTimeout => TryGetValue(() => VerifyTimeout);

    /// <summary>These settings as the engine takes them.</summary>
    VerificationOptions Verification => new() { ApiUrl = ApiUrl, SiteUrl = SiteUrl, VerifyTimeout = VerifyTimeout };
}
