namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>The parts of a resource's address.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Version">As in <c>v1</c>.</param>
/// <param name="Plural">As in <c>pods</c>.</param>
/// <param name="Namespace">Empty for cluster-wide kinds and for all namespaces.</param>
/// <param name="Name">Empty for collections.</param>
/// <param name="Subresource">Empty for none.</param>
internal sealed record ResourcePath(string Group, string Version, string Plural, string Namespace, string Name, string Subresource)
{
    /// <summary>
    /// Reads a path. Samples: <c>/api/v1/pods</c>, <c>/api/v1/namespaces/x</c>, <c>/apis/apps/v1/namespaces/x/deployments/api/scale</c>.
    /// </summary>
    /// <returns>Null when it is the address of no resource.</returns>
    public static ResourcePath? Parse(string path)
    {
        var parts = path.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        return parts switch
        {
            ["api", var version, .. { Length: > 0 } rest] => Parse("", version, rest),
            ["apis", var group, var version, .. { Length: > 0 } rest] => Parse(group, version, rest),
            _ => null,
        };
    }

    private static ResourcePath? Parse(string group, string version, string[] rest) => rest switch
    {
        ["namespaces", var name, "status" or "finalize"] when group.Length == 0 => new(group, version, "namespaces", "", name, rest[2]),
        ["namespaces", var space, var plural] => new(group, version, plural, space, "", ""),
        ["namespaces", var space, var plural, var name] => new(group, version, plural, space, name, ""),
        ["namespaces", var space, "pods", var name, "proxy", ..] => new(group, version, "pods", space, name, "proxy"),
        ["namespaces", var space, var plural, var name, var subresource] => new(group, version, plural, space, name, subresource),
        [var plural] => new(group, version, plural, "", "", ""),
        [var plural, var name] => new(group, version, plural, "", name, ""),
        [var plural, var name, var subresource] => new(group, version, plural, "", name, subresource),
        _ => null,
    };
}
