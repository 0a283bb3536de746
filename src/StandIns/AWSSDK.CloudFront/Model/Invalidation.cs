namespace Amazon.CloudFront.Model;

/// <summary>Paths that the edges forget.</summary>
public class Invalidation
{
    /// <summary>When it was first asked for.</summary>
    public DateTime? CreateTime { get; set; }

    /// <summary>Its id.</summary>
    public string Id { get; set; }

    /// <summary>What was asked for.</summary>
    public InvalidationBatch InvalidationBatch { get; set; }

    /// <summary><c>Completed</c> once every edge has forgotten the paths.</summary>
    public string Status { get; set; }
}
