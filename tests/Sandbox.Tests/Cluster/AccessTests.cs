using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Cluster;

public sealed class AccessTests : IAsyncLifetime
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    private TestCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await TestCluster.StartAsync();

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task The_deployer_may_do_nothing_until_a_role_says_so()
    {
        var (code, body) = await cluster.GetAsync("/apis/apps/v1/namespaces/default/deployments", "deployer");
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Equal("deployments.apps is forbidden: User \"deployer\" cannot list resource \"deployments\" in API group \"apps\" in the namespace \"default\"", body.Text("message"));

        await GiveAsync("""[{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}]""");

        Assert.Equal(HttpStatusCode.OK, (await cluster.GetAsync("/apis/apps/v1/namespaces/default/deployments", "deployer")).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await cluster.GetAsync("/apis/apps/v1/deployments", "deployer")).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await cluster.GetAsync("/apis/apps/v1/namespaces/default/deployments?watch=1", "deployer")).Code);
    }

    [Fact]
    public async Task A_rule_for_names_covers_these_names_alone()
    {
        await GiveAsync("""[{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["db"], "verbs": ["get"]}]""");

        Assert.Equal(HttpStatusCode.NotFound, (await cluster.GetAsync("/api/v1/namespaces/default/secrets/db", "deployer")).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await cluster.GetAsync("/api/v1/namespaces/default/secrets/other", "deployer")).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await cluster.GetAsync("/api/v1/namespaces/default/secrets", "deployer")).Code);
    }

    [Fact]
    public async Task A_right_to_pods_is_none_to_their_logs()
    {
        await GiveAsync("""[{"apiGroups": ["*"], "resources": ["pods"], "verbs": ["*"]}]""");

        var (code, body) = await cluster.GetAsync($"{Pods}/x/log", "deployer");

        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Equal("pods \"x\" is forbidden: User \"deployer\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"default\"", body.Text("message"));
    }

    [Fact]
    public async Task A_cluster_role_reaches_everywhere_when_it_is_bound_to_a_group()
    {
        await cluster.PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles", JsonNode.Parse("""{"metadata": {"name": "reader"}, "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]}""")!);
        await cluster.PostAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            JsonNode.Parse("""{"metadata": {"name": "reader"}, "roleRef": {"kind": "ClusterRole", "name": "reader"}, "subjects": [{"kind": "Group", "name": "deployers"}]}""")!);

        Assert.Equal(HttpStatusCode.OK, (await cluster.GetAsync("/api/v1/nodes", "deployer")).Code);
    }

    [Fact]
    public async Task A_review_answers_what_the_rules_say()
    {
        await GiveAsync("""[{"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}]""");

        Assert.Equal("true", await MayAsync("get", "pods", "log"));
        Assert.Equal("false", await MayAsync("get", "pods", ""));
    }

    [Fact]
    public async Task An_unknown_token_is_unauthorized_and_none_is_anonymous()
    {
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Address) };
        var nobody = await http.GetAsync(new Uri(Pods, UriKind.Relative));
        http.DefaultRequestHeaders.Add("Authorization", "Bearer wrong");
        var unknown = await http.GetAsync(new Uri(Pods, UriKind.Relative));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized), (nobody.StatusCode, unknown.StatusCode));
        Assert.Contains("system:anonymous", await nobody.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("ok", await http.GetStringAsync(new Uri("/readyz", UriKind.Relative)));
    }

    private async Task GiveAsync(string rules)
    {
        await cluster.PostAsync($"{Roles}/roles", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "role" }, ["rules"] = JsonNode.Parse(rules) });
        await cluster.PostAsync($"{Roles}/rolebindings", JsonNode.Parse("""{"metadata": {"name": "role"}, "roleRef": {"kind": "Role", "name": "role"}, "subjects": [{"kind": "User", "name": "deployer"}]}""")!);
    }

    private async Task<string?> MayAsync(string verb, string resource, string subresource)
    {
        var attributes = new JsonObject { ["namespace"] = "default", ["verb"] = verb, ["resource"] = resource, ["subresource"] = subresource };
        var review = new JsonObject { ["spec"] = new JsonObject { ["resourceAttributes"] = attributes } };
        return (await cluster.SendAsync(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, user: "deployer")).Body.Text("status", "allowed");
    }
}
