using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Sandbox.Tests.Cluster;

public sealed class LifecycleTests : IAsyncLifetime
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private TestCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await TestCluster.StartAsync();

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task A_pod_on_a_node_is_marked_and_goes_when_the_node_is_done()
    {
        cluster.Writer.Create(ResourceKind.Pods, "default", Pod("running", "node"));

        var (_, marked) = await cluster.SendAsync(HttpMethod.Delete, $"{Pods}/running");
        Assert.Equal(30, marked.Number("metadata", "deletionGracePeriodSeconds"));
        Assert.NotNull(marked.Text("metadata", "deletionTimestamp"));
        await cluster.SendAsync(HttpMethod.Delete, $"{Pods}/running?gracePeriodSeconds=0");

        Assert.Null(cluster.Store.Find(ResourceKind.Pods, "default", "running"));
    }

    [Fact]
    public async Task A_pod_without_a_node_goes_at_once()
    {
        cluster.Writer.Create(ResourceKind.Pods, "default", Pod("pending", null));

        await cluster.SendAsync(HttpMethod.Delete, $"{Pods}/pending");

        Assert.Equal(HttpStatusCode.NotFound, (await cluster.GetAsync($"{Pods}/pending")).Code);
    }

    [Fact]
    public async Task A_namespace_takes_its_content_along_and_waits_for_its_pods()
    {
        await cluster.PostAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "going" } });
        cluster.Writer.Create(ResourceKind.ConfigMaps, "going", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "map" } });
        cluster.Writer.Create(ResourceKind.Pods, "going", Pod("pod", "node"));

        var (_, ending) = await cluster.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/going");
        var (refused, said) = await cluster.PostAsync("/api/v1/namespaces/going/configmaps", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "late" } });

        Assert.Equal("Terminating", ending.Text("status", "phase"));
        Assert.Equal((HttpStatusCode.Forbidden, "configmaps \"late\" is forbidden: unable to create new content in namespace going because it is being terminated"), (refused, said.Text("message")));
        Assert.Equal(["pod"], cluster.Store.In("going").Select(o => o.Name));
        await cluster.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/going/pods/pod?gracePeriodSeconds=0");
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.GetAsync("/api/v1/namespaces/going")).Code);
    }

    [Fact]
    public async Task A_foreground_deletion_leaves_the_owner_to_the_garbage_collector()
    {
        cluster.Writer.Create(ResourceKind.ConfigMaps, "default", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "owner" } });

        var (_, marked) = await cluster.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/default/configmaps/owner", new JsonObject { ["propagationPolicy"] = "Foreground" });

        Assert.Equal("foregroundDeletion", (string?)marked.At("metadata")!["finalizers"]![0]);
    }

    [Fact]
    public async Task A_definition_brings_its_kind_and_takes_it_away()
    {
        const string Monitors = "/apis/monitoring.coreos.com/v1/namespaces/default/servicemonitors";
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.GetAsync(Monitors)).Code);
        var (_, definition) = await cluster.PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", JsonNode.Parse("""
            {
              "metadata": {"name": "servicemonitors.monitoring.coreos.com"},
              "spec": {
                "group": "monitoring.coreos.com", "scope": "Namespaced",
                "names": {"kind": "ServiceMonitor", "plural": "servicemonitors", "shortNames": ["smon"]},
                "versions": [{"name": "v1", "served": true, "storage": true}]
              }
            }
            """)!);
        Assert.Equal("True", definition.Condition("Established").Text("status"));

        var (made, monitor) = await cluster.SendAsync(
            HttpMethod.Patch, $"{Monitors}/api?fieldManager=one", JsonNode.Parse("""{"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": {"name": "api"}, "spec": {"endpoints": [{"port": "metrics"}]}}"""), "application/apply-patch+yaml");
        var (_, group) = await cluster.GetAsync("/apis/monitoring.coreos.com/v1");

        Assert.Equal((HttpStatusCode.Created, 1), (made, monitor.Number("metadata", "generation")));
        Assert.Equal("servicemonitors", group.Items("resources").Single().Text("name"));
        await cluster.SendAsync(HttpMethod.Delete, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/servicemonitors.monitoring.coreos.com");
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.GetAsync("/apis/monitoring.coreos.com/v1")).Code);
    }

    [Fact]
    public async Task A_restricted_namespace_refuses_pods_that_do_not_restrict_themselves()
    {
        await cluster.PostAsync("/api/v1/namespaces", JsonNode.Parse("""{"metadata": {"name": "strict", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}""")!);

        var (code, body) = await cluster.PostAsync("/api/v1/namespaces/strict/pods", Pod("loose", null));

        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.StartsWith("pods \"loose\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"api\" must set", body.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quota_shows_what_is_used_and_lets_in_what_fits_again()
    {
        await cluster.PostAsync("/api/v1/namespaces/default/resourcequotas", JsonNode.Parse("""{"metadata": {"name": "quota"}, "spec": {"hard": {"pods": "1"}}}""")!);
        await cluster.PostAsync(Pods, Pod("first", null));

        var (refused, said) = await cluster.PostAsync(Pods, Pod("second", null));
        var used = (await cluster.GetAsync("/api/v1/namespaces/default/resourcequotas/quota")).Body.Text("status", "used", "pods");
        await cluster.SendAsync(HttpMethod.Delete, $"{Pods}/first");

        Assert.Equal((HttpStatusCode.Forbidden, "pods \"second\" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1"), (refused, said.Text("message")));
        Assert.Equal("1", used);
        Assert.Equal(HttpStatusCode.Created, (await cluster.PostAsync(Pods, Pod("second", null))).Code);
    }

    [Fact]
    public async Task What_is_there_after_a_restart_has_the_same_tokens()
    {
        var before = await File.ReadAllTextAsync(cluster.Kubeconfig);
        var folder = Path.GetDirectoryName(cluster.Kubeconfig)!;
        await using var again = await ClusterServer.StartAsync(new ClusterServerOptions { Store = cluster.Store, Writer = cluster.Writer, Folder = folder }, default);

        Assert.Equal(Tokens(before), Tokens(again.Kubeconfig()));
    }

    private static IEnumerable<string?> Tokens(string kubeconfig) => ((JsonObject)JsonNode.Parse(kubeconfig)!).Items("users").Select(u => u.Text("user", "token"));

    private static JsonObject Pod(string name, string? node)
    {
        var pod = (JsonObject)JsonNode.Parse("""{"spec": {"containers": [{"name": "api", "image": "example.invalid/api:1"}]}}""")!;
        pod["metadata"] = new JsonObject { ["name"] = name };
        if (node is not null)
            pod["spec"]!["nodeName"] = node;
        return pod;
    }
}
