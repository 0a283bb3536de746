namespace Pipeline.Releases;

/// <summary>Something that is not as the record says.</summary>
/// <param name="Subject">What it is about, as in <c>Deployment/api</c>.</param>
/// <param name="Difference">What is there, and what the record says instead.</param>
/// <param name="Who">Who changed it, as far as the cluster knows; null when it does not.</param>
public sealed record Drift(string Subject, string Difference, string? Who = null)
{
    /// <inheritdoc />
    public override string ToString() => $"{Subject}: {Difference}{(Who is null ? "" : $"; changed by {Who}")}";
}
