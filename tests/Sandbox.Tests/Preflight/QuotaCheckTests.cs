using Pipeline.Cluster;
using Pipeline.Preflight;

namespace Sandbox.Tests.Preflight;

/// <summary>Quota and budgets, in the sandbox's cluster and in a real one.</summary>
public sealed class QuotaCheckTests
{
    private const string Ask = ", resources: {requests: {cpu: 100m, memory: 32Mi}}";

    [SkippableTheory]
    [InlineData(false, "300m", FindingState.Passed)]
    [InlineData(true, "300m", FindingState.Passed)]
    [InlineData(false, "299m", FindingState.Failed)]
    [InlineData(true, "299m", FindingState.Failed)]
    public async Task A_first_rollout_needs_room_for_all_its_pods(bool isReal, string hard, FindingState expected)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        await QuotaAsync(bed, $"requests.cpu: {hard}");
        bed.WriteDeployment(container: Ask, spec: ", replicas: 3");

        Assert.Equal(expected, (await bed.LookAsync("quota")).State);
    }

    // Three pods of the live Deployment take 300m.
    [SkippableTheory]
    [InlineData("{maxSurge: 1, maxUnavailable: 0}", "300m", FindingState.Failed)]
    [InlineData("{maxSurge: 0, maxUnavailable: 1}", "300m", FindingState.Passed)]
    [InlineData("{maxSurge: 2, maxUnavailable: 0}", "400m", FindingState.Warned)]
    [InlineData("{maxSurge: 1, maxUnavailable: 1}", "300m", FindingState.Warned)]
    [InlineData("{maxSurge: 2, maxUnavailable: 0}", "500m", FindingState.Passed)]
    public async Task A_rollout_beside_old_pods_needs_room_for_one_more_where_none_may_go_first(string rolling, string hard, FindingState expected)
    {
        await using var bed = await PreflightBed.StartAsync();
        await QuotaAsync(bed, $"cpu: {hard}");
        await bed.CreateAsync("{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {replicas: 3, selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: old, resources: {requests: {cpu: 100m, memory: 32Mi}}}]}}}}");
        for (var i = 0; i < 3; i++)
            await bed.CreateAsync($$$$"""{apiVersion: v1, kind: Pod, metadata: {name: api-{{{{i}}}}, labels: {app: api}}, spec: {containers: [{name: api, image: old, resources: {requests: {cpu: 100m, memory: 32Mi}}}]}}""");
        bed.Sandbox!.Writer.Update(Pipeline.Sandbox.Cluster.ResourceKind.Deployments, bed.Space, "api", d => d["status"] = new System.Text.Json.Nodes.JsonObject { ["replicas"] = 3 });
        bed.WriteDeployment(container: Ask, spec: $", replicas: 3, strategy: {{rollingUpdate: {rolling}}}");
        // The migration must not be what does not fit.
        bed.Write("migration-job", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: team/api, resources: {requests: {cpu: 0m}}}]}}}}");

        Assert.Equal(expected, (await bed.LookAsync("quota")).State);
    }

    [Fact]
    public async Task A_workload_that_the_release_leaves_as_it_is_needs_no_room_beside_its_pods()
    {
        const string cache = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: cache}, spec: {replicas: 2, strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}, selector: {matchLabels: {app: cache}}, template: {metadata: {labels: {app: cache}}, spec: {containers: [{name: cache, image: cache, resources: {requests: {cpu: 100m}}}]}}}}";
        await using var bed = await PreflightBed.StartAsync();
        await QuotaAsync(bed, "cpu: 200m");
        bed.Write("cache", cache);
        await bed.CreateAsync(cache);
        for (var i = 0; i < 2; i++)
            await bed.CreateAsync($$$$"""{apiVersion: v1, kind: Pod, metadata: {name: cache-{{{{i}}}}, labels: {app: cache}}, spec: {containers: [{name: cache, image: cache, resources: {requests: {cpu: 100m}}}]}}""");
        bed.Sandbox!.Writer.Update(Pipeline.Sandbox.Cluster.ResourceKind.Deployments, bed.Space, "cache", d => d["status"] = new System.Text.Json.Nodes.JsonObject { ["replicas"] = 2 });
        bed.WriteDeployment(container: ", resources: {requests: {cpu: 0m}}");
        bed.Write("migration-job", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: team/api, resources: {requests: {cpu: 0m}}}]}}}}");

        var finding = await bed.LookAsync("quota");

        Assert.Equal(FindingState.Passed, finding.State);
        Assert.Contains("Deployment/cache: 2 pods fit into the quota 'small', 2 stay as they are", finding.Found, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_namespace_without_a_quota_passes_and_one_that_counts_what_no_container_states_warns(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        Assert.Equal((FindingState.Passed, $"none limits the pods of '{bed.Space}'"), Seen(await bed.LookAsync("quota")));

        await QuotaAsync(bed, "limits.memory: 1Gi");
        var finding = await bed.LookAsync("quota");
        Assert.Equal(FindingState.Warned, finding.State);
        Assert.Contains("Deployment/api: the quota 'small' counts limits.memory, which not every container states", finding.Found, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false, "maxUnavailable: 1", FindingState.Passed)]
    [InlineData(false, "minAvailable: 3", FindingState.Failed)]
    [InlineData(false, "minAvailable: 90%", FindingState.Failed)]
    [InlineData(false, "maxUnavailable: 0", FindingState.Failed)]
    [InlineData(true, "maxUnavailable: 1", FindingState.Passed)]
    [InlineData(true, "minAvailable: 3", FindingState.Failed)]
    public async Task A_budget_of_the_release_that_never_lets_a_pod_go_fails(bool isReal, string rule, FindingState expected)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.WriteDeployment(spec: ", replicas: 3");
        bed.Write("budget", Budget("api", rule, isReal));

        Assert.Equal(expected, (await bed.LookAsync("disruption-budgets")).State);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_budget_that_is_not_the_releases_warns_and_without_the_right_nothing_is_said(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.WriteDeployment(spec: ", replicas: 3");
        await bed.CreateAsync(Budget("theirs", "minAvailable: 3", isReal));

        Assert.Equal((FindingState.Warned, "'theirs' (minAvailable 3) never lets one of the 3 pods of Deployment/api go."), Seen(await bed.LookAsync("disruption-budgets")));
        Assert.Equal(FindingState.NotChecked, (await bed.LookAsync("disruption-budgets", "deployer")).State);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_budgets_for_the_same_pods_fail(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.WriteDeployment(spec: ", replicas: 3");
        bed.Write("budget", $"{Budget("one", "maxUnavailable: 1", isReal)}\n---\n{Budget("two", "maxUnavailable: 1", isReal)}");

        Assert.Equal((FindingState.Failed, "Deployment/api: 'one' and 'two' select the same pods, so none can be evicted."), Seen(await bed.LookAsync("disruption-budgets")));
    }

    private static string Budget(string name, string rule, bool isReal) =>
        $$$"""{apiVersion: policy/{{{(isReal ? "v1beta1" : "v1")}}}, kind: PodDisruptionBudget, metadata: {name: {{{name}}} }, spec: {selector: {matchLabels: {app: api}}, {{{rule}}} } }""";

    // A real server counts what is used a moment after it was told the limits.
    private static async Task QuotaAsync(PreflightBed bed, string hard)
    {
        await bed.CreateAsync($$$"""{apiVersion: v1, kind: ResourceQuota, metadata: {name: small}, spec: {hard: { {{{hard}}} } } }""");
        var quotas = new Resource("v1", "ResourceQuota", "resourcequotas");
        for (var i = 0; i < 100 && (await bed.Connection.FindAsync(quotas, "small", default)).At("status", "used") is null && bed.Sandbox is null; i++)
            await Task.Delay(50);
    }

    private static (FindingState State, string Found) Seen(Finding finding) => (finding.State, finding.Found);
}
