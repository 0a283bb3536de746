using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>What the API server's way into a pod does.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="web">A container that serves 8080: 200 for <c>/health</c>, 404 for what it does not have.</param>
public abstract class PodProxyContract(ContractCluster cluster, string web) : ContractTests(cluster)
{
    [SkippableFact]
    public async Task The_pods_own_answer_comes_back_with_its_status()
    {
        await ServeAsync("web");

        var (status, body) = await AskAsync("web:8080/proxy/health?x=1");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.DoesNotContain("\"Status\"", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("web/proxy/health")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("http:web:8080/proxy/health")).Status);
        var (missing, said) = await AskAsync("web:8080/proxy/nowhere");
        Assert.Equal(HttpStatusCode.NotFound, missing);
        Assert.DoesNotContain("\"Status\"", said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_port_where_nobody_listens_is_an_error_of_the_server()
    {
        await ServeAsync("deaf");

        var (status, body) = await AskAsync("deaf:9999/proxy/health");

        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Matches(@"^error trying to reach service: dial tcp [0-9.]+:9999: connect: connection refused$", MessageOf(body));
    }

    [SkippableFact]
    public async Task A_pod_without_an_address_and_one_that_is_not_there_are_told_apart()
    {
        await CreateAsync("homeless", """{"nodeSelector": {"no": "such"}, "containers": [{"name": "web", "image": "example.invalid/web:1", "ports": [{"containerPort": 8080}]}]}""");

        var (homeless, why) = await AskAsync("homeless:8080/proxy/health");
        var (absent, sentence) = await AskAsync("absent:8080/proxy/health");
        var (strange, refusal) = await AskAsync("ftp:homeless:8080/proxy/health");

        Assert.Equal((HttpStatusCode.BadRequest, "address not allowed"), (homeless, MessageOf(why)));
        Assert.Equal((HttpStatusCode.NotFound, "pods \"absent\" not found"), (absent, MessageOf(sentence)));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid pod request \"ftp:homeless:8080\""), (strange, MessageOf(refusal)));
    }

    [SkippableFact]
    public async Task It_is_a_right_of_its_own()
    {
        using var deployer = Deployer();

        var refused = await deployer.AskOnceAsync(Path("any:8080/proxy/metrics"), default);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(
            $"pods \"any:8080\" is forbidden: User \"deployer\" cannot get resource \"pods/proxy\" in API group \"\" in the namespace \"{Connection.Namespace}\"",
            MessageOf(await refused.Content.ReadAsStringAsync()));
    }

    private async Task ServeAsync(string name)
    {
        await CreateAsync(name, $$"""{"terminationGracePeriodSeconds": 0, "containers": [{{web}}]}""");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var change in new ClusterWatch(Connection, TimeProvider.System).FollowAsync(Resource.Pods, $"fieldSelector=metadata.name%3D{name}", limit.Token))
            if (change.Objects.Any(p => p.Condition("Ready").Text("status") == "True"))
                break;
    }

    private Task<JsonObject> CreateAsync(string name, string spec) => Connection.CreateAsync(
        Resource.Pods, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = JsonNode.Parse(spec) }, default);

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(string pod)
    {
        using var answer = await Connection.AskOnceAsync(Path(pod), default);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private string Path(string pod) => $"{Resource.Pods.PathIn(Connection.Namespace)}/{pod}";

    private static string MessageOf(string body) => (JsonNode.Parse(body) as JsonObject).Text("message") ?? body;
}

public sealed class SandboxPodProxy(SandboxWithNodes cluster) : PodProxyContract(cluster, Web), IClassFixture<SandboxWithNodes>
{
    private const string Web = $$$"""
        {"name": "web", "image": "{{{SandboxWithNodes.Api}}}", "env": [{"name": "DATABASE_URL", "value": "none"}], "ports": [{"containerPort": 8080}],
         "readinessProbe": {"httpGet": {"path": "/health", "port": 8080}, "periodSeconds": 1}}
        """;
}

public sealed class TestbedPodProxy(TestbedCluster cluster) : PodProxyContract(cluster, Web), IClassFixture<TestbedCluster>
{
    private const string Web = """
        {"name": "web", "image": "debian:bookworm-slim", "imagePullPolicy": "IfNotPresent", "ports": [{"containerPort": 8080}],
         "readinessProbe": {"httpGet": {"path": "/health", "port": 8080}, "periodSeconds": 1},
         "command": ["perl", "-MIO::Socket::INET", "-e", "my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 9, ReuseAddr => 1) or die; while (my $c = $s->accept) { my $l = <$c> // ''; while (<$c>) { last if /^\\r?$/ } my $k = $l =~ m{^GET /health[ ?]} ? '200 OK' : '404 Not Found'; print $c \"HTTP/1.1 $k\\r\\nContent-Type: text/plain\\r\\nConnection: close\\r\\n\\r\\n$l\"; close $c }"]}
        """;
}
