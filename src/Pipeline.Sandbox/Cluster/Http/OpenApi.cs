using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster.Kinds;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>
/// As much of the OpenAPI document as kubectl needs to learn that the server itself validates fields: that patches take the parameter
/// for it. There are no schemas in it.
/// </summary>
internal sealed class OpenApi(KindCatalog catalog)
{
    private const string Root = "/openapi/v3";

    /// <summary>The document at a path, or null.</summary>
    public JsonObject? Find(string path)
    {
        if (path == Root)
            return new JsonObject { ["paths"] = new JsonObject(Groups().Select(g => KeyValuePair.Create<string, JsonNode?>(g.Key, new JsonObject { ["serverRelativeURL"] = $"{Root}/{g.Key}" }))) };
        return path.StartsWith($"{Root}/", StringComparison.Ordinal) && Groups().FirstOrDefault(g => g.Key == path[(Root.Length + 1)..]) is { } group ? Document(group) : null;
    }

    private IEnumerable<IGrouping<string, ResourceKind>> Groups() =>
        catalog.All.Select(k => k.Kind).GroupBy(k => k.Group.Length == 0 ? $"api/{k.Version}" : $"apis/{k.ApiVersion}");

    private static JsonObject Document(IGrouping<string, ResourceKind> group) => new()
    {
        ["openapi"] = "3.0.0",
        ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "unversioned" },
        ["paths"] = new JsonObject(group.Select(k => KeyValuePair.Create<string, JsonNode?>(
            $"/{group.Key}/{(k.IsNamespaced ? "namespaces/{namespace}/" : "")}{k.Plural}/{{name}}", new JsonObject { ["patch"] = Patch(k) }))),
    };

    private static JsonObject Patch(ResourceKind kind) => new()
    {
        ["parameters"] = new JsonArray(Parameter("dryRun"), Parameter("fieldManager"), Parameter("fieldValidation"), Parameter("force")),
        ["responses"] = new JsonObject(),
        ["x-kubernetes-action"] = "patch",
        ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind },
    };

    private static JsonObject Parameter(string name) =>
        new() { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string" } };
}
