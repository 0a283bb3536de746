using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Pipeline.Sandbox.Cluster;

namespace Sandbox.Tests.Cluster;

/// <summary>The official client library, with its own types.</summary>
public sealed class TypedClientTests : IAsyncLifetime
{
    private TestCluster cluster = null!;
    private Kubernetes client = null!;

    public async Task InitializeAsync()
    {
        cluster = await TestCluster.StartAsync();
        client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.Kubeconfig, "sandbox"));
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task It_creates_reads_replaces_patches_and_deletes()
    {
        var map = new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "typed" }, Data = new Dictionary<string, string> { ["key"] = "1" } };
        var created = await client.CoreV1.CreateNamespacedConfigMapAsync(map, "default");
        created.Data["key"] = "2";
        var replaced = await client.CoreV1.ReplaceNamespacedConfigMapAsync(created, "typed", "default");
        var patched = await client.CoreV1.PatchNamespacedConfigMapAsync(new V1Patch("""{"data": {"other": "3"}}""", V1Patch.PatchType.MergePatch), "typed", "default");
        var status = await client.CoreV1.DeleteNamespacedConfigMapAsync("typed", "default");

        Assert.Equal("2", replaced.Data["key"]);
        Assert.Equal(["key", "other"], patched.Data.Keys.Order());
        Assert.Equal("Success", status.Status);
        Assert.Empty((await client.CoreV1.ListNamespacedConfigMapAsync("default")).Items);
    }

    [Fact]
    public async Task What_no_controller_has_seen_has_a_status()
    {
        var labels = new Dictionary<string, string> { ["app"] = "new" };
        var template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels }, Spec = new V1PodSpec { Containers = [new V1Container { Name = "new", Image = "example.invalid/new:1" }] } };
        var made = await client.AppsV1.CreateNamespacedDeploymentAsync(
            new V1Deployment { Metadata = new V1ObjectMeta { Name = "new" }, Spec = new V1DeploymentSpec { Selector = new V1LabelSelector { MatchLabels = labels }, Template = template } }, "default");
        var service = await client.CoreV1.CreateNamespacedServiceAsync(
            new V1Service { Metadata = new V1ObjectMeta { Name = "new" }, Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Port = 80 }] } }, "default");

        Assert.NotNull(made.Status);
        Assert.NotNull(service.Status.LoadBalancer);
    }

    [Fact]
    public async Task It_reads_version_discovery_and_its_own_rights()
    {
        var version = await client.Version.GetCodeAsync();
        var groups = await client.Apis.GetAPIVersionsAsync();
        var review = await client.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(
            new V1SelfSubjectAccessReview { Spec = new V1SelfSubjectAccessReviewSpec { ResourceAttributes = new V1ResourceAttributes { Verb = "get", Resource = "pods" } } });

        Assert.Equal("v1.34.0", version.GitVersion);
        Assert.Contains(groups.Groups, g => g.Name == "apps");
        Assert.True(review.Status.Allowed);
    }

    [Fact]
    public async Task Two_thousand_pods_are_listed_at_once()
    {
        for (var i = 0; i < 2000; i++)
            cluster.Store.Create(ResourceKind.Pods, Pod($"pod-{i:0000}"));

        var (_, list) = await cluster.GetAsync("/api/v1/pods");

        Assert.Equal(2000, ((JsonArray)list["items"]!).Count);
    }

    private static JsonObject Pod(string name) => new()
    {
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "api", ["image"] = "example.invalid/api:1" }) },
    };
}
