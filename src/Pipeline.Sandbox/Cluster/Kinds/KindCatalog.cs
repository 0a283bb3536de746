using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Kinds;

/// <summary>Every kind that is served now: the built-in ones and those that CustomResourceDefinitions bring.</summary>
internal sealed class KindCatalog(ClusterStore store)
{
    /// <summary>All kinds.</summary>
    public IEnumerable<ServedKind> All => BuiltInKinds.All.Concat(Custom());

    /// <summary>The kind behind a path, or null.</summary>
    public ServedKind? Find(string group, string version, string plural) =>
        All.FirstOrDefault(k => k.Kind.Group == group && k.Kind.Version == version && k.Kind.Plural == plural);

    private IEnumerable<ServedKind> Custom() =>
        from definition in store.List(ResourceKind.CustomResourceDefinitions).Items
        where definition.Content.Text("metadata", "deletionTimestamp") is null
        from version in definition.Content.Items("spec", "versions")
        where version.Text("served") != "false"
        select Of(definition.Content.At("spec")!, version);

    private static ServedKind Of(JsonObject spec, JsonObject version) => new(
        new ResourceKind(
            spec.Text("group") ?? "",
            version.Text("name") ?? "",
            spec.Text("names", "kind") ?? "",
            spec.Text("names", "plural") ?? "",
            spec.Text("scope") == "Namespaced"),
        spec.At("names")?["shortNames"] is JsonArray names ? [.. names.Select(n => $"{n}")] : [],
        version.At("subresources", "status") is null ? [] : ["status"],
        IsCustom: true);
}
