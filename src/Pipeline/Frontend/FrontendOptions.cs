using Pipeline.ObjectStore;
using Pipeline.Settings;

namespace Pipeline.Frontend;

/// <summary>The static site: where its sources are and where it is served from.</summary>
public sealed record FrontendOptions
{
    /// <summary>The folder with <c>package.json</c>.</summary>
    public required string FrontendSource { get; init; }

    /// <summary>The bucket that the CDN reads.</summary>
    public string? FrontendBucket { get; init; }

    /// <summary>The API's public address; the site reads it from <c>config.json</c> at run time.</summary>
    public string? ApiUrl { get; init; }

    /// <summary>Which store.</summary>
    public required ObjectStoreOptions Storage { get; init; }

    /// <summary>What the build leaves: <c>build/</c> in the source folder.</summary>
    public string FrontendOutput => Path.Combine(FrontendSource, "build");

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        faults.Require(nameof(FrontendBucket), FrontendBucket, "the bucket of the site");
        faults.Require(nameof(ApiUrl), ApiUrl, "the API's public address");
        faults.Address(nameof(ApiUrl), ApiUrl);
        Storage.Check(faults);
    }
}
