using System.Text.Json.Nodes;
using Pipeline.Preflight;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Preflight;

public sealed class PodAmountsTests
{
    private static readonly JsonObject Pod = LoopbackWorkloads.Yaml("""
        containers:
          - {resources: {requests: {cpu: 250m}, limits: {cpu: '1', memory: 1Gi}}}
          - {resources: {requests: {cpu: 250m, memory: 512Mi}}}
        initContainers:
          - {restartPolicy: Always, resources: {requests: {cpu: 100m}}}
          - {resources: {requests: {cpu: '2'}}}
        overhead: {memory: 16Mi}
        """);

    [Theory]
    [InlineData("cpu", 2.1)]
    [InlineData("requests.cpu", 2.1)]
    [InlineData("limits.cpu", 1)]
    [InlineData("memory", 1552 * 1024 * 1024)]
    [InlineData("count/pods", 1)]
    [InlineData("nvidia.com/gpu", 0)]
    public void A_pod_takes_what_the_scheduler_counts(string name, double expected) => Assert.Equal((decimal)expected, PodAmounts.Of(Pod, name));

    [Theory]
    [InlineData("requests.cpu", true)]
    [InlineData("limits.memory", false)]
    [InlineData("pods", true)]
    public void A_quota_sees_whether_every_container_says_what_it_asks_for(string name, bool says) => Assert.Equal(says, PodAmounts.Says(Pod, name));

    [Theory]
    [InlineData("{requests: {cpu: '3'}, limits: {memory: 2Gi}}", "cpu", 3)]
    [InlineData("{requests: {cpu: '3'}, limits: {memory: 2Gi}}", "limits.memory", (2048 + 16) * 1024 * 1024L)]
    [InlineData("{requests: {cpu: '3'}, limits: {memory: 2Gi}}", "memory", 1552 * 1024 * 1024)]
    [InlineData("{requests: {cpu: '3'}, limits: {memory: 2Gi}}", "limits.cpu", 1)]
    [InlineData("{limits: {hugepages-2Mi: 4Mi}}", "hugepages-2Mi", 4 * 1024 * 1024)]
    public void What_a_pod_states_for_all_its_containers_counts_instead_of_theirs(string resources, string name, double expected) =>
        Assert.Equal((decimal)expected, PodAmounts.Of(Stating(resources), name));

    [Fact]
    public void What_a_pod_states_for_all_its_containers_is_asked_for_and_said()
    {
        var pod = Stating("{limits: {memory: 2Gi, hugepages-2Mi: 4Mi}}");

        Assert.Equal(["cpu", "hugepages-2Mi", "memory", "pods"], PodAmounts.Asked(pod).Order(StringComparer.Ordinal));
        Assert.True(PodAmounts.Says(pod, "limits.memory"));
        Assert.True(PodAmounts.Says(pod, "requests.memory"));
        Assert.False(PodAmounts.Says(pod, "limits.cpu"));
    }

    [Theory]
    [InlineData("{maxSurge: 25%, maxUnavailable: 25%}", 10, 3, 2)]
    [InlineData("{maxSurge: 0, maxUnavailable: 0%}", 10, 0, 1)]
    [InlineData("{maxSurge: 1, maxUnavailable: 0}", 3, 1, 0)]
    public void Percentages_round_as_the_controller_rounds_them(string rolling, int replicas, int surge, int unavailable)
    {
        var deployment = LoopbackWorkloads.Yaml($$$"""{kind: Deployment, metadata: {name: api}, spec: {replicas: {{{replicas}}}, strategy: {rollingUpdate: {{{rolling}}} }, selector: {}, template: {spec: {} } } }""");
        var workload = Assert.Single(RollingWorkload.In([new DryRun(deployment, null, null, null)]));

        Assert.Equal((surge, unavailable, replicas), (workload.Surge, workload.Unavailable, workload.Extra));
    }

    [Theory]
    [InlineData("image: api", 3, 3, false, 0)]
    [InlineData("image: api", 3, 5, false, 2)]
    [InlineData("image: api", 3, 2, false, 0)]
    [InlineData("image: other", 3, 3, true, 2)]
    public void Only_a_workload_whose_template_changes_starts_pods_beside_its_old_ones(string container, int live, int replicas, bool rolls, int extra)
    {
        const string strategy = "strategy: {rollingUpdate: {maxSurge: 2, maxUnavailable: 0}}, selector: {}";
        var old = LoopbackWorkloads.Yaml($$$$"""{kind: Deployment, metadata: {name: api}, spec: {replicas: {{{{live}}}}, {{{{strategy}}}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: api}]}}}, status: {replicas: {{{{live}}}}}}""");
        var answer = LoopbackWorkloads.Yaml($$$$"""{kind: Deployment, metadata: {name: api}, spec: {template: {spec: {containers: [{ {{{{container}}}}, name: api}]}, metadata: {labels: {app: api}}}, replicas: {{{{replicas}}}}, {{{{strategy}}}}}}""");
        var workload = Assert.Single(RollingWorkload.In([new DryRun(answer, old, answer, null)]));

        Assert.Equal((rolls, extra), (workload.Rolls, workload.Extra));
    }

    [Theory]
    [InlineData("{matchLabels: {app: api}}", true)]
    [InlineData("{matchLabels: {app: web}}", false)]
    [InlineData("{matchExpressions: [{key: app, operator: In, values: [api, web]}, {key: gone, operator: DoesNotExist}]}", true)]
    [InlineData("{matchExpressions: [{key: app, operator: NotIn, values: [api]}]}", false)]
    [InlineData("{matchExpressions: [{key: tier, operator: Exists}]}", false)]
    [InlineData("{}", true)]
    public void A_selector_selects_as_the_api_says(string selector, bool selects) =>
        Assert.Equal(selects, LabelSelector.Matches(LoopbackWorkloads.Yaml(selector), new JsonObject { ["app"] = "api" }));

    [Theory]
    [InlineData("api=2/4Gi/20Gi,database=4/8Gi/100Gi,cache=2/4Gi/20Gi", true)]
    [InlineData("frontend=1/2Gi/10Gi", false)]
    [InlineData("api=2", false)]
    public void Expected_resources_are_read_or_refused(string text, bool isRight)
    {
        var faults = new Pipeline.Settings.Faults();
        new Expectations { ExpectedResources = text }.Check(faults);

        Assert.Equal(isRight, faults.None);
    }

    private static JsonObject Stating(string resources)
    {
        var pod = (JsonObject)Pod.DeepClone();
        pod["resources"] = LoopbackWorkloads.Yaml(resources);
        return pod;
    }
}
