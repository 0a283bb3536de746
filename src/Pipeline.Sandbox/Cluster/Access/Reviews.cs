using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Access;

/// <summary>Answers questions of users about themselves: <c>kubectl auth can-i</c> and <c>whoami</c>.</summary>
internal sealed class Reviews(Authorizer authorizer)
{
    public static readonly IReadOnlyList<ResourceKind> Kinds =
    [
        new("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", IsNamespaced: false),
        new("authorization.k8s.io", "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", IsNamespaced: false),
        new("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", IsNamespaced: false),
    ];

    /// <summary>The review with its status.</summary>
    public JsonObject Answer(ResourceKind kind, JsonObject review, User user)
    {
        var answer = (JsonObject)review.DeepClone();
        (answer["kind"], answer["apiVersion"]) = (kind.Kind, kind.ApiVersion);
        answer["metadata"] ??= new JsonObject { ["creationTimestamp"] = null };
        answer["status"] = kind.Kind switch
        {
            "SelfSubjectAccessReview" => Access(review.At("spec"), user),
            "SelfSubjectRulesReview" => Rules(review.Text("spec", "namespace") ?? "", user),
            _ => new JsonObject { ["userInfo"] = new JsonObject { ["username"] = user.Name, ["groups"] = Texts(user.Groups) } },
        };
        return answer;
    }

    private JsonObject Access(JsonObject? spec, User user)
    {
        if (spec.At("resourceAttributes") is not { } asked)
            return new JsonObject { ["allowed"] = user.IsMaster };
        string Part(string name) => asked.Text(name) ?? "";
        // kubectl leaves out what it does not ask for, and writes * for everything.
        var request = new AccessRequest(Part("verb"), Part("group"), Part("resource"), Part("subresource"), Part("namespace"), Part("name"));
        return new JsonObject { ["allowed"] = authorizer.IsAllowed(user, request) };
    }

    private JsonObject Rules(string space, User user)
    {
        var rules = user.IsMaster
            ? [new JsonObject { ["verbs"] = Texts(["*"]), ["apiGroups"] = Texts(["*"]), ["resources"] = Texts(["*"]) }]
            : authorizer.Rules(user, space).Select(r => r.DeepClone()).ToArray();
        var open = new JsonObject
        {
            ["verbs"] = Texts(["get"]),
            ["nonResourceURLs"] = Texts(["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/readyz", "/version"]),
        };
        return new JsonObject { ["resourceRules"] = new JsonArray(rules), ["nonResourceRules"] = new JsonArray(open), ["incomplete"] = false };
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);
}
