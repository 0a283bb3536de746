using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Sandbox.Tests.Cluster;

public sealed class PodSourceTests
{
    private const string Pod = "/api/v1/namespaces/default/pods/pod";

    [Fact]
    public async Task A_log_is_asked_for_as_the_client_says()
    {
        LogRequest? asked = null;
        await using var cluster = await StartAsync(logs: (_, request, _) =>
        {
            asked = request;
            return Enumerable.Range(1, 2).Select(n => $"line {n}").ToAsyncEnumerable();
        });

        var (_, body) = await cluster.GetAsync($"{Pod}/log?container=side&previous=true&tailLines=7&timestamps=true&limitBytes=10");

        Assert.Equal(new LogRequest("side", Previous: true, 7, Follow: false, null, Timestamps: true, 10), asked);
        Assert.Equal("line 1\nlin", body.Text("text"));
    }

    [Fact]
    public async Task A_log_of_a_pod_of_several_containers_needs_a_name()
    {
        await using var cluster = await StartAsync();

        var (code, body) = await cluster.GetAsync($"{Pod}/log");
        var (unknown, said) = await cluster.GetAsync($"{Pod}/log?container=other");

        Assert.Equal((HttpStatusCode.BadRequest, "a container name must be specified for pod pod, choose one of: [api side]"), (code, body.Text("message")));
        Assert.Equal((HttpStatusCode.BadRequest, "container other is not valid for pod pod"), (unknown, said.Text("message")));
    }

    [Fact]
    public async Task A_followed_log_arrives_line_by_line()
    {
        var more = new TaskCompletionSource();
        async IAsyncEnumerable<string> Lines()
        {
            yield return "one";
            await more.Task;
            yield return "two";
        }

        await using var cluster = await StartAsync(logs: (_, _, _) => Lines());
        using var lines = await cluster.OpenAsync($"{Pod}/log?container=api&follow=true");

        Assert.Equal("one", await lines.ReadLineAsync());
        more.SetResult();
        Assert.Equal("two", await lines.ReadLineAsync());
        Assert.Null(await lines.ReadLineAsync());
    }

    [Fact]
    public async Task Metrics_show_what_pods_and_nodes_use()
    {
        await using var cluster = await StartAsync(usage: _ => [new ContainerUsage("api", 250_000_000, 64 * 1024 * 1024)]);
        cluster.Writer.Create(ResourceKind.Nodes, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "node" } });

        var pods = (await cluster.GetAsync("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods")).Body;
        var node = (await cluster.GetAsync("/apis/metrics.k8s.io/v1beta1/nodes/node")).Body;

        Assert.Equal(("250000000n", "65536Ki"), Usage(pods.Items("items").Single().Items("containers").Single()));
        Assert.Equal(("250000000n", "65536Ki"), Usage(node));
    }

    private static (string?, string?) Usage(JsonObject measured) => (measured.Text("usage", "cpu"), measured.Text("usage", "memory"));

    private static async Task<TestCluster> StartAsync(PodLogSource? logs = null, PodUsageSource? usage = null)
    {
        var cluster = await TestCluster.StartAsync(logs: logs, usage: usage);
        cluster.Writer.Create(ResourceKind.Pods, "default", (JsonObject)JsonNode.Parse(
            """{"metadata": {"name": "pod"}, "spec": {"nodeName": "node", "containers": [{"name": "api", "image": "x"}, {"name": "side", "image": "x"}]}}""")!);
        return cluster;
    }
}
