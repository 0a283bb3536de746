namespace Amazon.CloudFront.Model;

/// <summary>A distribution; only the properties that this project reads.</summary>
public class Distribution
{
    /// <summary>Its Amazon resource name.</summary>
    public string ARN { get; set; }

    /// <summary>Its configuration.</summary>
    public DistributionConfig DistributionConfig { get; set; }

    /// <summary>Its own host name, as in <c>d111111abcdef8.cloudfront.net</c>.</summary>
    public string DomainName { get; set; }

    /// <summary>Its id.</summary>
    public string Id { get; set; }

    /// <summary>How many invalidations are in progress.</summary>
    public int? InProgressInvalidationBatches { get; set; }

    /// <summary><c>Deployed</c> once every edge has its configuration.</summary>
    public string Status { get; set; }
}
