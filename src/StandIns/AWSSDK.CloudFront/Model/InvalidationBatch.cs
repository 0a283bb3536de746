namespace Amazon.CloudFront.Model;

/// <summary>Which paths, and the reference that makes the request repeatable.</summary>
public class InvalidationBatch
{
    /// <summary>Empty; set the properties.</summary>
    public InvalidationBatch()
    {
    }

    /// <summary>A whole batch.</summary>
    public InvalidationBatch(Paths paths, string callerReference)
    {
        Paths = paths;
        CallerReference = callerReference;
    }

    /// <summary>The same reference with the same paths is the same invalidation; with other paths it is refused.</summary>
    public string CallerReference { get; set; }

    /// <summary>The paths.</summary>
    public Paths Paths { get; set; }
}
