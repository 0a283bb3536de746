using Pipeline.Settings;

namespace Pipeline.Verification;

/// <summary>The addresses that users use, and how long they may take to show a release.</summary>
public sealed record VerificationOptions
{
    /// <summary>The API's public address.</summary>
    public string? ApiUrl { get; init; }

    /// <summary>The site's public address.</summary>
    public string? SiteUrl { get; init; }

    /// <summary>How long the addresses may take until they show the release.</summary>
    /// <value>2m.</value>
    public string? VerifyTimeout { get; init; }

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        faults.Require(nameof(ApiUrl), ApiUrl, "the API's public address");
        faults.Require(nameof(SiteUrl), SiteUrl, "the site's public address");
        faults.Address(nameof(ApiUrl), ApiUrl);
        faults.Address(nameof(SiteUrl), SiteUrl);
        Timeout(faults);
    }

    internal TimeSpan Timeout(Faults faults) => faults.Duration(nameof(VerifyTimeout), VerifyTimeout, TimeSpan.FromMinutes(2));
}
