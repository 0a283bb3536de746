using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Preflight;
using Pipeline.Sandbox.Cluster;

namespace Sandbox.Tests.Preflight;

/// <summary>Nodes, the room on them and what is expected of them, in the sandbox's cluster, where a test may make nodes.</summary>
public sealed class NodeCheckTests : IAsyncLifetime
{
    private PreflightBed bed = null!;

    public async Task InitializeAsync() => bed = await PreflightBed.StartAsync();

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Theory]
    [InlineData("1", "2", FindingState.Passed)]
    [InlineData("2", null, FindingState.Failed)]
    [InlineData(null, "3", FindingState.Failed)]
    [InlineData(null, null, FindingState.Passed)]
    public async Task As_many_nodes_as_expected_must_be_ready(string? control, string? workers, FindingState expected)
    {
        AddNode("control", labels: "node-role.kubernetes.io/control-plane");
        AddNode("worker-1");
        AddNode("worker-2");
        bed.Expected = new Expectations { ExpectedControlPlaneNodes = control, ExpectedWorkerNodes = workers };

        Assert.Equal(expected, (await bed.LookAsync("nodes")).State);
    }

    [Fact]
    public async Task Pressure_on_a_node_warns_and_on_every_node_fails()
    {
        AddNode("worker-1");
        AddNode("worker-2", condition: "DiskPressure");
        var finding = await bed.LookAsync("node-pressure");
        Assert.Equal((FindingState.Warned, "worker-2: DiskPressure"), (finding.State, finding.Found));

        Change("worker-1", n => n.At("status")!["conditions"]!.AsArray().Add(new JsonObject { ["type"] = "MemoryPressure", ["status"] = "True", ["message"] = "kubelet has insufficient memory" }));
        Assert.Equal(FindingState.Failed, (await bed.LookAsync("node-pressure")).State);
    }

    [Fact]
    public async Task No_pressure_passes_and_without_the_right_nothing_is_said()
    {
        AddNode("worker-1");
        Assert.Equal(FindingState.Passed, (await bed.LookAsync("node-pressure")).State);
        foreach (var check in (string[])["nodes", "node-pressure", "usage", "capacity"])
            Assert.Equal(FindingState.NotChecked, (await bed.LookAsync(check, "deployer")).State);
    }

    [Theory]
    [InlineData("2", "", FindingState.Passed)]
    [InlineData("1", "", FindingState.Failed)]
    [InlineData("2", ", nodeSelector: {disk: fast}", FindingState.Failed)]
    public async Task A_first_rollout_must_fit_onto_the_nodes(string cpu, string pod, FindingState expected)
    {
        AddNode("worker-1", cpu);
        bed.WriteDeployment(pod, ", resources: {requests: {cpu: 600m}}", ", replicas: 3");

        AddNode("worker-2", "1");
        Assert.Equal(expected, (await bed.LookAsync("capacity")).State);
    }

    [Theory]
    [InlineData("label", "Karpenter")]
    [InlineData("config", "the cluster-autoscaler")]
    [InlineData("event", "the cluster-autoscaler")]
    public async Task What_does_not_fit_only_warns_where_something_adds_nodes(string sign, string said)
    {
        AddNode("worker-1", "1", sign == "label" ? "karpenter.sh/nodepool" : null);
        if (sign == "config")
            bed.Sandbox!.Writer.Create(ResourceKind.ConfigMaps, "kube-system", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "cluster-autoscaler-status" } });
        if (sign == "event")
            await bed.CreateAsync("{apiVersion: v1, kind: Event, metadata: {name: e1}, reason: NotTriggerScaleUp, involvedObject: {kind: Pod, name: api-1}}");
        bed.WriteDeployment(container: ", resources: {requests: {cpu: 2}}");

        var finding = await bed.LookAsync("capacity");

        Assert.Equal(FindingState.Warned, finding.State);
        Assert.EndsWith($"; {said} may add a node for them", finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_the_pods_affinity_rules_out_is_no_room()
    {
        AddNode("worker-1");
        bed.WriteDeployment(", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: NotIn, values: [worker-1]}]}]}}}");

        Assert.Equal(FindingState.Failed, (await bed.LookAsync("capacity")).State);
    }

    [Fact]
    public async Task A_node_with_a_taint_takes_only_what_tolerates_it()
    {
        AddNode("worker-1");
        Change("worker-1", n => n["spec"] = new JsonObject { ["taints"] = new JsonArray(new JsonObject { ["key"] = "gpu", ["value"] = "yes", ["effect"] = "NoSchedule" }) });
        Assert.Equal(FindingState.Failed, (await bed.LookAsync("capacity")).State);

        bed.WriteDeployment(", tolerations: [{key: gpu, operator: Equal, value: 'yes', effect: NoSchedule}]");
        bed.Write("migration-job", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, tolerations: [{operator: Exists}], containers: [{name: migrate, image: team/api}]}}}}");
        Assert.Equal(FindingState.Passed, (await bed.LookAsync("capacity")).State);
    }

    // Two old pods of 800m on two nodes of one core each: what is free takes no third one.
    [Theory]
    [InlineData("{maxSurge: 1, maxUnavailable: 0}", "800m", FindingState.Failed)]
    [InlineData("{maxSurge: 1, maxUnavailable: 1}", "800m", FindingState.Warned)]
    [InlineData("{maxSurge: 1, maxUnavailable: 0}", "200m", FindingState.Passed)]
    [InlineData("{maxSurge: 2, maxUnavailable: 1}", "1100m", FindingState.Failed)]
    public async Task A_rollout_needs_room_beside_the_old_pods_where_none_may_go_first(string rolling, string cpu, FindingState expected)
    {
        AddNode("worker-1", "1");
        AddNode("worker-2", "1");
        await bed.CreateAsync("{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {replicas: 2, selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: old}]}}}}");
        foreach (var node in (string[])["worker-1", "worker-2"])
            await bed.CreateAsync($$$$"""{apiVersion: v1, kind: Pod, metadata: {name: api-{{{{node}}}}, labels: {app: api}}, spec: {nodeName: {{{{node}}}}, containers: [{name: api, image: old, resources: {requests: {cpu: 800m}}}]}}""");
        bed.Sandbox!.Writer.Update(ResourceKind.Deployments, bed.Space, "api", d => d["status"] = new JsonObject { ["replicas"] = 2 });
        bed.WriteDeployment(container: $", resources: {{requests: {{cpu: {cpu}}}}}", spec: $", replicas: 2, strategy: {{rollingUpdate: {rolling}}}");

        Assert.Equal(expected, (await bed.LookAsync("capacity")).State);
    }

    [Fact]
    public async Task Without_the_right_to_see_all_pods_only_what_fits_nowhere_fails()
    {
        AddNode("worker-1", "1");
        foreach (var manifest in Setup.DeployerRole())
            await bed.CreateAsync(manifest);
        LetDeployerListNodes();
        Assert.Equal(FindingState.NotChecked, (await bed.LookAsync("capacity", "deployer")).State);

        bed.WriteDeployment(container: ", resources: {requests: {cpu: 1200m}}");
        Assert.Equal(FindingState.Failed, (await bed.LookAsync("capacity", "deployer")).State);
    }

    [Fact]
    public async Task Without_the_right_to_see_events_what_fits_nowhere_fails_all_the_same()
    {
        AddNode("worker-1", "1");
        foreach (var manifest in Setup.DeployerRole())
            await bed.CreateAsync(manifest.Replace("resources: [\"events\"]", "resources: [\"endpoints\"]", StringComparison.Ordinal));
        LetDeployerListNodes();
        bed.WriteDeployment(container: ", resources: {requests: {cpu: 1200m}}");

        Assert.Equal(FindingState.Failed, (await bed.LookAsync("capacity", "deployer")).State);
    }

    [Theory]
    [InlineData(null, "2", FindingState.NotChecked)]
    [InlineData("api=2/4Gi/20Gi", "2", FindingState.Passed)]
    [InlineData("api=2/4Gi/20Gi", "1", FindingState.Failed)]
    [InlineData("api=2/4Gi/60Gi", "2", FindingState.Failed)]
    public async Task The_limits_of_the_api_and_the_nodes_disks_are_compared_with_what_is_expected(string? resources, string cpu, FindingState expected)
    {
        AddNode("worker-1");
        bed.Expected = new Expectations { ExpectedResources = resources };
        bed.WriteDeployment(container: $", resources: {{limits: {{cpu: {cpu}, memory: 4Gi}}}}", spec: ", replicas: 2");

        Assert.Equal(expected, (await bed.LookAsync("api-resources")).State);
    }

    private void LetDeployerListNodes()
    {
        bed.Sandbox!.Writer.Create(ResourceKind.ClusterRoles, null, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "nodes" },
            ["rules"] = new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray(""), ["resources"] = new JsonArray("nodes"), ["verbs"] = new JsonArray("list") }),
        });
        bed.Sandbox.Writer.Create(ResourceKind.ClusterRoleBindings, null, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "nodes" },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = "nodes" },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "User", ["name"] = "deployer" }),
        });
    }

    private void AddNode(string name, string cpu = "16", string? labels = null, string? condition = null)
    {
        var node = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = name } } };
        if (labels is not null)
            node["metadata"]!["labels"]![labels] = "";
        bed.Sandbox!.Writer.Create(ResourceKind.Nodes, null, node);
        Change(name, n => n["status"] = new JsonObject
        {
            ["allocatable"] = new JsonObject { ["cpu"] = cpu, ["memory"] = "64Gi", ["pods"] = "110", ["ephemeral-storage"] = "100Gi" },
            ["nodeInfo"] = new JsonObject { ["operatingSystem"] = "linux", ["architecture"] = "amd64" },
            ["conditions"] = new JsonArray([
                new JsonObject { ["type"] = "Ready", ["status"] = "True" },
                .. condition is null ? [] : (JsonNode[])[new JsonObject { ["type"] = condition, ["status"] = "True" }],
            ]),
        });
    }

    private void Change(string node, Action<JsonObject> change) => bed.Sandbox!.Writer.Update(ResourceKind.Nodes, null, node, change);
}
