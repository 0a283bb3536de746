using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Access;

/// <summary>Role-based access: what the bindings in the store give a user.</summary>
internal sealed class Authorizer(ClusterStore store)
{
    // What every user may do, as the roles system:basic-user and system:discovery give it.
    private static readonly JsonObject[] OwnReviews =
    [
        Creation("authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectrulesreviews"),
        Creation("authentication.k8s.io", "selfsubjectreviews"),
    ];

    /// <exception cref="ApiException">Forbidden.</exception>
    public void Require(User user, AccessRequest request)
    {
        if (!IsAllowed(user, request))
            throw request.Forbidden(user);
    }

    public bool IsAllowed(User user, AccessRequest request) => user.IsMaster || Rules(user, request.Namespace).Any(r => Covers(r, request));

    /// <summary>The rules that hold for a user in a namespace.</summary>
    public IEnumerable<JsonObject> Rules(User user, string space)
    {
        foreach (var rule in user.Groups.Contains("system:authenticated") ? OwnReviews : [])
            yield return rule;
        foreach (var binding in store.List(ResourceKind.ClusterRoleBindings).Items)
            foreach (var rule in RulesOf(binding, user))
                yield return rule;
        if (space.Length == 0)
            yield break;
        foreach (var binding in store.List(ResourceKind.RoleBindings, space).Items)
            foreach (var rule in RulesOf(binding, user))
                yield return rule;
    }

    private IEnumerable<JsonObject> RulesOf(StoredObject binding, User user)
    {
        if (!binding.Content.Items("subjects").Any(s => IsMeant(s, user)))
            return [];
        var kind = binding.Content.Text("roleRef", "kind") == "Role" ? ResourceKind.Roles : ResourceKind.ClusterRoles;
        return store.Find(kind, binding.Namespace, binding.Content.Text("roleRef", "name") ?? "")?.Content.Items("rules") ?? [];
    }

    private static JsonObject Creation(string group, params string[] resources) => new()
    {
        ["verbs"] = new JsonArray("create"),
        ["apiGroups"] = new JsonArray(group),
        ["resources"] = new JsonArray([.. resources.Select(r => (JsonNode?)r)]),
    };

    private static bool IsMeant(JsonObject subject, User user) => subject.Text("kind") switch
    {
        "User" => subject.Text("name") == user.Name,
        "Group" => user.Groups.Contains(subject.Text("name") ?? ""),
        "ServiceAccount" => $"system:serviceaccount:{subject.Text("namespace")}:{subject.Text("name")}" == user.Name,
        _ => false,
    };

    private static bool Covers(JsonObject rule, AccessRequest request) =>
        Has(rule, "verbs", request.Verb)
        && Has(rule, "apiGroups", request.Group)
        && (request.Subresource.Length == 0
            ? Has(rule, "resources", request.Resource)
            : Has(rule, "resources", $"{request.Resource}/{request.Subresource}") || Has(rule, "resources", $"*/{request.Subresource}"))
        && (rule["resourceNames"] is not JsonArray { Count: > 0 } || Has(rule, "resourceNames", request.Name));

    private static bool Has(JsonObject rule, string field, string value) =>
        rule[field] is JsonArray list && list.Any(v => (string?)v is { } text && (text == value || text == "*" && field != "resourceNames"));
}
