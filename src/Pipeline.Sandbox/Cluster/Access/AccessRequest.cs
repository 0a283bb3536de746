namespace Pipeline.Sandbox.Cluster.Access;

/// <summary>What somebody wants to do.</summary>
/// <param name="Verb">As in <c>get</c>.</param>
/// <param name="Group">The API group.</param>
/// <param name="Resource">The plural name.</param>
/// <param name="Subresource">Empty for none.</param>
/// <param name="Namespace">Empty for cluster-wide kinds and for all namespaces.</param>
/// <param name="Name">Empty for collections.</param>
internal sealed record AccessRequest(string Verb, string Group, string Resource, string Subresource, string Namespace, string Name)
{
    private string FullResource => Subresource.Length > 0 ? $"{Resource}/{Subresource}" : Resource;

    /// <summary>The API server's sentence for a user without this right.</summary>
    public ApiException Forbidden(User user)
    {
        var qualified = Group.Length > 0 ? $"{Resource}.{Group}" : Resource;
        var place = Namespace.Length > 0 ? $"in the namespace \"{Namespace}\"" : "at the cluster scope";
        var details = new System.Text.Json.Nodes.JsonObject { ["name"] = Name, ["group"] = Group, ["kind"] = Resource };
        return new ApiException(
            System.Net.HttpStatusCode.Forbidden,
            "Forbidden",
            $"{qualified}{(Name.Length > 0 ? $" \"{Name}\"" : "")} is forbidden: User \"{user.Name}\" cannot {Verb} resource \"{FullResource}\" in API group \"{Group}\" {place}")
        {
            Details = details,
        };
    }
}
