namespace Amazon.CloudFront.Model;

/// <summary>A counted list of paths.</summary>
public class Paths
{
    /// <summary>Each begins with <c>/</c> and is URL-encoded; <c>*</c> only at the end. Null until it is set.</summary>
    public List<string> Items { get; set; }

    /// <summary>Must be the number of <see cref="Items"/>.</summary>
    public int? Quantity { get; set; }
}
