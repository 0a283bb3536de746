using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>What every part of the contract uses.</summary>
public abstract class ContractTests
{
    private readonly ContractCluster cluster;

    protected ContractTests(ContractCluster cluster)
    {
        Skip.If(cluster.Missing is not null, cluster.Missing);
        this.cluster = cluster;
    }

    protected ClusterConnection Connection => cluster.Connection;

    protected ClusterConnection Deployer() => cluster.Deployer();

    protected static JsonObject ConfigMap(string name, params (string Key, string Value)[] data) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject(data.Select(d => KeyValuePair.Create<string, JsonNode?>(d.Key, d.Value))),
    };

    // Nobody runs it: the contract is about the API server alone.
    protected static JsonObject Deployment(string name, int replicas = 0, string image = "example.invalid/api:1") => (JsonObject)JsonNode.Parse($$$"""
        {
          "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "{{{name}}}"},
          "spec": {
            "replicas": {{{replicas}}},
            "selector": {"matchLabels": {"app": "{{{name}}}"}},
            "template": {
              "metadata": {"labels": {"app": "{{{name}}}"}},
              "spec": {"containers": [{"name": "api", "image": "{{{image}}}", "ports": [{"containerPort": 8080, "protocol": "TCP"}], "env": [{"name": "A", "value": "1"}]}]}
            }
          }
        }
        """)!;

    protected Task<JsonObject> ApplyAsync(Resource resource, JsonObject manifest, string manager, bool force = false, string more = "") =>
        Connection.SendAsync(
            HttpMethod.Patch,
            $"{resource.PathIn(Connection.Namespace, manifest.Name())}?fieldManager={manager}&force={(force ? "true" : "false")}{more}",
            Content(manifest, "application/apply-patch+yaml"),
            default);

    protected Task<JsonObject> PatchAsync(Resource resource, string name, string patch, string type, string more = "") =>
        Connection.SendAsync(HttpMethod.Patch, $"{resource.PathIn(Connection.Namespace, name)}?fieldManager=patcher{more}", Content(JsonNode.Parse(patch)!, type), default);

    protected async Task<JsonObject> GetAsync(Resource resource, string name) => (await Connection.FindAsync(resource, name, default))!;

    protected static async Task<ClusterRequestException> RefusedAsync(HttpStatusCode status, Func<Task> request)
    {
        var refused = await Assert.ThrowsAsync<ClusterRequestException>(request);
        Assert.Equal(status, refused.Status);
        return refused;
    }

    protected static StringContent Content(JsonNode body, string type = "application/json") => new(body.ToJsonString(), Encoding.UTF8, type);
}
