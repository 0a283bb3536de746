namespace Amazon.CloudFront.Model;

/// <summary>A distribution's configuration; only the property that this project reads.</summary>
public class DistributionConfig
{
    /// <summary>False when it answers no requests.</summary>
    public bool? Enabled { get; set; }
}
