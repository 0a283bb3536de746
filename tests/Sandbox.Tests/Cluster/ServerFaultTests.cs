using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.Cluster;

public sealed class ServerFaultTests : IAsyncLifetime
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private TestCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await TestCluster.StartAsync();

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Theory]
    [InlineData("api-429:2", HttpStatusCode.TooManyRequests)]
    [InlineData("api-500:2", HttpStatusCode.InternalServerError)]
    [InlineData("token-expired:2", HttpStatusCode.Unauthorized)]
    public async Task A_fault_strikes_so_often_and_is_over(string fault, HttpStatusCode expected)
    {
        cluster.Faults.On(Fault.Parse(fault));

        HttpStatusCode[] codes = [(await cluster.GetAsync(Maps)).Code, (await cluster.GetAsync(Maps)).Code, (await cluster.GetAsync(Maps)).Code];

        Assert.Equal([expected, expected, HttpStatusCode.OK], codes);
    }

    [Fact]
    public async Task A_client_that_obeys_retry_after_gets_through_a_busy_server()
    {
        cluster.Faults.On(Fault.Parse("api-429:1"));
        using var connection = ClusterConnection.Open(new ClusterOptions { KubeConfig = cluster.Kubeconfig, KubeContext = "sandbox", KubeNamespace = "default" });

        Assert.Empty(await connection.ListAsync(Resource.ConfigMaps, null, default));
    }

    [Fact]
    public async Task A_watch_is_cut_in_the_middle()
    {
        cluster.Faults.On(Fault.Parse("watch-dropped:1"));
        using var lines = await cluster.OpenAsync($"{Maps}?watch=1&allowWatchBookmarks=true");

        await Assert.ThrowsAnyAsync<IOException>(() => lines.ReadToEndAsync());
    }

    [Theory]
    [InlineData("admission-denied", "admission webhook \"policy.example\" denied the request: ")]
    [InlineData("quota-exceeded", "pods \"pod\" is forbidden: exceeded quota: ")]
    public void A_pod_of_a_rollout_is_refused_and_no_other(string fault, string said)
    {
        cluster.Faults.On(Fault.Parse(fault));
        cluster.Writer.Create(ResourceKind.Pods, "default", Pod("of-a-job", "Job"));

        var refused = Assert.Throws<ApiException>(() => cluster.Writer.Create(ResourceKind.Pods, "default", Pod("pod", "ReplicaSet")));

        Assert.Equal(HttpStatusCode.Forbidden, refused.Code);
        Assert.StartsWith(said, refused.Message, StringComparison.Ordinal);
    }

    private static JsonObject Pod(string name, string owner) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = owner, ["name"] = "owner", ["uid"] = "1" }) },
    };

    [Fact]
    public async Task A_slow_server_answers_late()
    {
        cluster.Faults.On(Fault.Parse("api-slow:1"));
        var started = TimeProvider.System.GetTimestamp();

        await cluster.GetAsync(Maps);

        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(900));
    }
}
