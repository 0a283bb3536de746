using Pipeline.Settings;

namespace Pipeline.Frontend;

/// <summary>The CloudFront distribution in front of the bucket.</summary>
public sealed record CdnOptions
{
    /// <summary>The distribution's id.</summary>
    public string? CdnDistributionId { get; init; }

    /// <summary>The CloudFront API's address.</summary>
    /// <value>Amazon's own. A bare <c>AWS_ENDPOINT_URL</c> in the environment is not read.</value>
    public string? CdnEndpoint { get; init; }

    /// <summary>How long to wait for an invalidation; a wait that ends is a warning, because edges often take longer on busy days.</summary>
    /// <value>10m.</value>
    public string? CdnTimeout { get; init; }

    /// <summary><see cref="CdnTimeout"/> as a duration.</summary>
    public TimeSpan Timeout => new Faults().Duration(nameof(CdnTimeout), CdnTimeout, DefaultTimeout);

    private static TimeSpan DefaultTimeout => TimeSpan.FromMinutes(10);

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        faults.Require(nameof(CdnDistributionId), CdnDistributionId, "the CloudFront distribution");
        faults.Address(nameof(CdnEndpoint), CdnEndpoint);
        faults.Duration(nameof(CdnTimeout), CdnTimeout, DefaultTimeout);
    }
}
