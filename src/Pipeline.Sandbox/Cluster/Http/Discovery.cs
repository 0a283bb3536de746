using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster.Access;
using Pipeline.Sandbox.Cluster.Kinds;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Tells clients which groups, versions and kinds there are.</summary>
internal sealed class Discovery(KindCatalog catalog)
{
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>The document at a path, or null.</summary>
    public JsonObject? Find(string path) => path.Trim('/').Split('/') switch
    {
        ["version"] => Version(),
        ["api"] => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1"), ["serverAddressByClientCIDRs"] = new JsonArray() },
        ["apis"] => new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups().Select(Group)]) },
        ["apis", var group] => Groups().FirstOrDefault(g => g.Key == group) is { } found ? Described(found) : null,
        ["api", "v1"] => Resources("", "v1"),
        ["apis", var group, var version] => Groups().Any(g => g.Key == group && g.Contains(version)) ? Resources(group, version) : null,
        _ => null,
    };

    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "34",
        ["gitVersion"] = "v1.34.0",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2025-08-27T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "",
        ["platform"] = "linux/amd64",
    };

    private IEnumerable<IGrouping<string, string>> Groups() =>
        catalog.All.Select(k => k.Kind).Concat(Reviews.Kinds).Concat(Metrics.Kinds)
            .Where(k => k.Group.Length > 0).Select(k => (k.Group, k.Version)).Distinct().GroupBy(k => k.Group, k => k.Version);

    private static JsonObject Group(IGrouping<string, string> group)
    {
        var versions = group.Select(v => new JsonObject { ["groupVersion"] = $"{group.Key}/{v}", ["version"] = v }).ToArray<JsonNode>();
        return new JsonObject { ["name"] = group.Key, ["versions"] = new JsonArray(versions), ["preferredVersion"] = versions[0].DeepClone() };
    }

    private static JsonObject Described(IGrouping<string, string> group)
    {
        var described = Group(group);
        (described["kind"], described["apiVersion"]) = ("APIGroup", "v1");
        return described;
    }

    private JsonObject Resources(string group, string version)
    {
        bool IsHere(ResourceKind kind) => kind.Group == group && kind.Version == version;
        var resources = catalog.All.Where(k => IsHere(k.Kind)).SelectMany(Described)
            .Concat(Reviews.Kinds.Where(IsHere).Select(k => Described(k.Plural, k, "create")))
            .Concat(Metrics.Kinds.Where(IsHere).Select(k => Described(k.Plural, k, "get", "list")));
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = new JsonArray([.. resources]),
        };
    }

    private static IEnumerable<JsonObject> Described(ServedKind served)
    {
        var described = Described(served.Kind.Plural, served.Kind, Verbs);
        described["singularName"] = served.Kind.Kind.ToLowerInvariant();
        if (served.ShortNames.Count > 0)
            described["shortNames"] = Texts(served.ShortNames);
        if (served.IsInAll)
            described["categories"] = Texts(["all"]);
        yield return described;
        foreach (var subresource in served.Subresources)
            yield return subresource switch
            {
                "scale" => Described($"{served.Kind.Plural}/scale", new ResourceKind("autoscaling", "v1", "Scale", ""), "get", "patch", "update"),
                "log" => Described($"{served.Kind.Plural}/log", served.Kind, "get"),
                "proxy" => Described($"{served.Kind.Plural}/proxy", served.Kind with { Kind = "PodProxyOptions" }, "get"),
                "eviction" => Described($"{served.Kind.Plural}/eviction", new ResourceKind("policy", "v1", "Eviction", ""), "create"),
                _ => Described($"{served.Kind.Plural}/{subresource}", served.Kind, "get", "patch", "update"),
            };
    }

    private static JsonObject Described(string name, ResourceKind kind, params IEnumerable<string> verbs)
    {
        var described = new JsonObject { ["name"] = name, ["singularName"] = "", ["namespaced"] = kind.IsNamespaced, ["kind"] = kind.Kind, ["verbs"] = Texts(verbs) };
        if (kind.Plural.Length == 0)
            (described["group"], described["version"]) = (kind.Group, kind.Version);
        return described;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);
}
