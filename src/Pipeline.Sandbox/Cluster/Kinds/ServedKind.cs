namespace Pipeline.Sandbox.Cluster.Kinds;

/// <summary>A kind with what discovery says about it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="ShortNames">As in <c>deploy</c>.</param>
/// <param name="Subresources">As in <c>status</c> and <c>scale</c>.</param>
/// <param name="IsInAll">True for what <c>kubectl get all</c> lists.</param>
/// <param name="IsCustom">True for kinds that a CustomResourceDefinition brought.</param>
internal sealed record ServedKind(ResourceKind Kind, IReadOnlyList<string> ShortNames, IReadOnlyList<string> Subresources, bool IsInAll = false, bool IsCustom = false)
{
    public bool Has(string subresource) => Subresources.Contains(subresource);
}
