using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Nodes;

namespace Sandbox.Tests.Nodes;

public sealed class RolloutTests
{
    private const string Drain = ""","lifecycle":{"preStop":{"exec":{"command":["sh","-c","touch /tmp/draining; sleep 1"]}}}""";

    [Fact]
    public async Task A_rolling_update_loses_no_request()
    {
        await using var bed = await NodeBed.StartAsync();
        CreateService(bed);
        await using var proxy = await ServiceProxy.StartAsync(bed.Store, NodeBed.Space, "api", "http", default, CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(proxy.Address) };
        Assert.Equal(503, (int)(await http.GetAsync("/health")).StatusCode);
        bed.CreateApi(3, "registry/api:1", Drain);
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"));
        using var over = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => CallAsync(proxy.Address, over.Token)).ToList();

        bed.Writer.Update(ResourceKind.Deployments, NodeBed.Space, "api", d => d.At("spec", "template", "spec")!["containers"]![0]!["image"] = "registry/api:2");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:2") && bed.Pods.Count == 3);
        await over.CancelAsync();

        var versions = (await Task.WhenAll(callers)).SelectMany(v => v).ToList();
        Assert.Equal(["1", "2"], versions.Distinct().Order());
        Assert.All(bed.Pods, p => Assert.Equal(0, p.Restarts()));
    }

    [Fact]
    public async Task Pods_of_a_rollout_run_on_a_node_with_an_address_and_use_memory()
    {
        await using var bed = await NodeBed.StartAsync();
        bed.CreateApi(3, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"));

        Assert.Contains(bed.Events, e => e.StartsWith("Scheduled: Successfully assigned space/api-", StringComparison.Ordinal));
        Assert.Equal("10.244.", bed.Pods[0].Text("status", "podIP")![..7]);
        Assert.True(bed.Runtime.UsageOf(NodeBed.Space, bed.Pods[0].Name())!["api"].Bytes > 0);
    }

    [Fact]
    public async Task A_rollout_that_never_serves_leaves_the_old_pods_serving()
    {
        await using var bed = await NodeBed.StartAsync();
        bed.CreateApi(2, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"));
        bed.Faults.On(new Fault("never-ready"));

        bed.Writer.Update(ResourceKind.Deployments, NodeBed.Space, "api", d => d.At("spec", "template", "spec")!["containers"]![0]!["image"] = "registry/api:2");
        await bed.UntilAsync(() => bed.Events.Contains("Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503"));

        Assert.Equal(2, bed.Pods.Count(p => p.IsReady()));
        Assert.Equal(3, bed.Pods.Count);
        bed.Faults.Off("never-ready");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:2"));
    }

    [Fact]
    public async Task Pods_of_a_node_that_is_not_there_after_a_restart_run_on_another()
    {
        await using var bed = await NodeBed.StartAsync();
        bed.CreateApi(2, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"));

        bed.Nodes = [new NodeOptions { Name = "another" }];
        await bed.RestartAsync();

        await bed.UntilAsync(() => bed.Pods.Count == 2 && bed.Pods.All(p => p.IsReady() && p.Text("spec", "nodeName") == "another"));
        Assert.Equal(["another"], bed.Store.List(ResourceKind.Nodes).Items.Select(n => n.Name));
    }

    [Fact]
    public async Task A_restart_of_the_process_is_a_reboot_of_the_node()
    {
        await using var bed = await NodeBed.StartAsync();
        bed.CreateApi(2, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"));
        var names = bed.Pods.Select(p => p.Name()).ToList();
        var addresses = bed.Pods.Select(p => p.Text("status", "podIP")).ToList();

        await bed.RestartAsync();

        await bed.UntilAsync(() => bed.Pods.All(p => p.IsReady() && p.Restarts() == 1));
        Assert.Equal(names, bed.Pods.Select(p => p.Name()));
        Assert.Equal(("255", "Unknown"), (bed.Status(names[0]).Text("lastState", "terminated", "exitCode"), bed.Status(names[0]).Text("lastState", "terminated", "reason")));
        Assert.Empty(addresses.Intersect(bed.Pods.Select(p => p.Text("status", "podIP"))));
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"));
    }

    [Fact]
    public async Task A_Service_reaches_no_pod_by_an_address_that_it_had_before()
    {
        await using var bed = await NodeBed.StartAsync();
        CreateService(bed);
        bed.CreateApi(1, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"));
        await using var proxy = await ServiceProxy.StartAsync(bed.Store, NodeBed.Space, "api", "http", default, CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(proxy.Address) };
        http.DefaultRequestHeaders.ConnectionClose = true;
        await bed.UntilAsync(() => bed.Store.Find(ResourceKind.Endpoints, NodeBed.Space, "api")?.Content.Items("subsets").Any(s => s.Items("addresses").Any()) == true);
        Assert.Equal(200, (int)(await http.GetAsync("/health")).StatusCode);

        // As they stand when a node is back and the controller has not yet seen its pods.
        bed.Writer.Update(ResourceKind.Endpoints, NodeBed.Space, "api", e => e["subsets"]![0]!["addresses"]![0]!["ip"] = "10.244.9.9");

        Assert.Equal(503, (int)(await http.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task A_lost_node_keeps_its_pods_terminating_until_it_is_back()
    {
        await using var bed = await NodeBed.StartAsync(nodes: [new() { Name = "one" }]);
        bed.CreateApi(1, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"));
        bed.Faults.On(new Fault("node-lost"));

        bed.Writer.Update(ResourceKind.Deployments, NodeBed.Space, "api", d => d.At("spec", "template", "spec")!["containers"]![0]!["image"] = "registry/api:2");
        await bed.UntilAsync(() => bed.Pods.Any(p => p.Text("status", "reason") == "NodeLost" && p.Text("metadata", "deletionTimestamp") is not null)
            && bed.Pods.Any(p => p.Condition("PodScheduled").Text("message")?.Contains("node.kubernetes.io/unreachable", StringComparison.Ordinal) == true));
        Assert.Equal("Unknown", bed.Store.Find(ResourceKind.Nodes, null, "one")!.Content.Condition("Ready").Text("status"));

        bed.Faults.Clear();
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:2"));
        Assert.Equal("True", bed.Store.Find(ResourceKind.Nodes, null, "one")!.Content.Condition("Ready").Text("status"));
    }

    private static void CreateService(NodeBed bed) => bed.Writer.Create(ResourceKind.Services, NodeBed.Space, (JsonObject)JsonNode.Parse(
        """{"metadata":{"name":"api"},"spec":{"selector":{"app":"api"},"ports":[{"name":"http","port":80,"targetPort":"http"}]}}""")!);

    private static async Task<List<string>> CallAsync(string address, CancellationToken over)
    {
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        var versions = new List<string>();
        while (!over.IsCancellationRequested)
        {
            var answer = (JsonObject)JsonNode.Parse(await http.GetStringAsync("/health", CancellationToken.None))!;
            Assert.Equal(("ok", "none"), (answer.Text("status"), answer.Text("database")));
            versions.Add(answer.Text("version")!);
            await Task.Delay(1, CancellationToken.None);
        }

        return versions;
    }
}
