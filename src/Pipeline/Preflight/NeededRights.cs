using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Preflight;

/// <summary>The rights in the namespace that the engine uses, and no more; <c>k8s/setup/</c> gives exactly these.</summary>
internal static class NeededRights
{
    private static readonly (string Group, string Resource, string Verbs)[] ByResource =
    [
        ("", "configmaps", "get list create update patch delete"),
        ("coordination.k8s.io", "leases", "get list create update"),
        ("apps", "deployments", "get list watch create update patch delete"),
        ("apps", "replicasets", "list watch"),
        ("", "pods", "list watch"),
        ("", "pods/log", "get"),
        ("", "services", "get list create update patch delete"),
        ("batch", "jobs", "get list watch create delete"),
        ("", "events", "list watch"),
        ("autoscaling", "horizontalpodautoscalers", "list"),
    ];

    /// <summary>Every verb on every kind.</summary>
    public static IEnumerable<Right> All =>
        from row in ByResource
        from verb in row.Verbs.Split(' ')
        let names = row.Resource.Split('/')
        select new Right(verb, row.Group, names[0], names.ElementAtOrDefault(1) ?? "");

    /// <summary>What applying an object of a kind takes, putting it back as it was, and removing it once no manifest has it. A Job is created, never applied.</summary>
    public static IEnumerable<Right> ToApply(Resource resource)
    {
        var slash = resource.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        string[] verbs = resource == Resource.Jobs ? ["get", "create", "delete"]
            : Pruning.Removes(resource) ? ["get", "list", "create", "update", "patch", "delete"] : ["get", "create", "update", "patch", "delete"];
        return verbs.Select(v => new Right(v, slash < 0 ? "" : resource.ApiVersion[..slash], resource.Plural, "", resource.IsNamespaced));
    }
}

/// <summary>One verb on one kind.</summary>
/// <param name="Verb">As in <c>patch</c>.</param>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Resource">The plural name.</param>
/// <param name="Subresource">As in <c>log</c>; empty for none.</param>
/// <param name="IsNamespaced">False for cluster-wide kinds.</param>
internal sealed record Right(string Verb, string Group, string Resource, string Subresource, bool IsNamespaced = true)
{
    /// <summary>As <c>kubectl auth can-i</c> writes it, without the verb.</summary>
    public string Kind => Resource + (Group.Length > 0 ? $".{Group}" : "") + (Subresource.Length > 0 ? $"/{Subresource}" : "");
}
