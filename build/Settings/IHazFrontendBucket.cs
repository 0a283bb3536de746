using Nuke.Common;
using Pipeline.Frontend;

namespace Pipeline.Build.Settings;

/// <summary>The site and its bucket.</summary>
internal interface IHazFrontendBucket : IHazStorage, IHazSources
{
    /// <summary>The bucket.</summary>
    [Parameter("The bucket that the CDN reads.")]
    string? FrontendBucket => TryGetValue(() => FrontendBucket);

    /// <summary>The API's address.</summary>
    [Parameter("The API's public address, as in https://api.example.com.")]
    string? ApiUrl => TryGetValue(() => ApiUrl);

    /// <summary>These settings as the engine takes them.</summary>
    FrontendOptions Frontend => new()
    {
        FrontendSource = Sources.Frontend,
        FrontendBucket = FrontendBucket,
        ApiUrl = ApiUrl,
        Storage = Storage,
    };
}
