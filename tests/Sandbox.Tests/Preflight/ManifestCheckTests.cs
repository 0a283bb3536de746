using Pipeline.Cluster;
using Pipeline.Preflight;

namespace Sandbox.Tests.Preflight;

/// <summary>What the API server itself says of the manifests, in the sandbox's cluster and in a real one.</summary>
public sealed class ManifestCheckTests
{
    private const string ServiceMonitor = "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: api}, spec: {selector: {}}}";

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Good_manifests_pass_every_check_and_store_nothing(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.WriteDeployment(container: ", ports: [{name: http, containerPort: 8080, protocol: TCP}], resources: {requests: {cpu: 1000m, memory: 64Mi}}", pod: ", tolerations: [], automountServiceAccountToken: false");
        // The server fills the address in.
        bed.Write("service", "{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {clusterIP: '', selector: {app: api}, ports: [{port: 80}]}}");
        var findings = await bed.FindingsAsync(o => PreflightChecks.Of(o).Where(c => c.Name is "kinds" or "manifests" or "immutable-fields" or "dropped-fields" or "permissions"), null);

        Assert.All(findings, f => Assert.Equal((FindingState.Passed, f.Found), (f.State, f.Found)));
        Assert.Equal(5, findings.Count);
        Assert.Null(await bed.Connection.FindAsync(Resource.Deployments, "api", default));
        Assert.Null(await bed.Connection.FindAsync(Resource.Jobs, "migrate-preflight", default));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_ServiceMonitor_without_its_operator_is_a_warning_and_any_other_kind_that_is_not_served_fails(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.Write("monitoring", ServiceMonitor);
        Assert.Equal((FindingState.Warned, "monitoring.coreos.com/v1 ServiceMonitor will not be applied: the cluster has no Prometheus operator"), Seen(await bed.LookAsync("kinds")));

        bed.Write("cache", "{apiVersion: redis.example.com/v1, kind: RedisCluster, metadata: {name: cache}}");
        Assert.Equal((FindingState.Failed, "the cluster does not serve redis.example.com/v1 RedisCluster."), Seen(await bed.LookAsync("kinds")));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_manifest_that_the_server_refuses_fails_in_the_servers_words(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.WriteDeployment(spec: ", replicas: -1");
        var finding = await bed.LookAsync("manifests");

        Assert.Equal(FindingState.Failed, finding.State);
        Assert.Contains("Deployment/api: ", finding.Found, StringComparison.Ordinal);
        Assert.Contains("spec.replicas: Invalid value: -1: must be greater than or equal to 0", finding.Found, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_template_of_the_migration_is_looked_at_too(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.Write("migration-job", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Always, containers: [{name: migrate, image: team/api}]}}}}");
        var finding = await bed.LookAsync("manifests");

        Assert.Equal(FindingState.Failed, finding.State);
        Assert.Contains("""Job/migrate-preflight: """, finding.Found, StringComparison.Ordinal);
        Assert.Contains("""spec.template.spec.restartPolicy""", finding.Found, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_field_that_cannot_change_is_named_with_what_is_live_and_what_is_wanted(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        await bed.CreateAsync("{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {replicas: 0, selector: {matchLabels: {app: old}}, template: {metadata: {labels: {app: old}}, spec: {containers: [{name: api, image: team/api}]}}}}");
        var findings = await bed.FindingsAsync(o => PreflightChecks.Of(o).Where(c => c.Name is "manifests" or "immutable-fields"), null);

        Assert.Equal(
            (FindingState.Failed, """Deployment/api: spec.selector: live {"matchLabels":{"app":"old"}}, wanted {"matchLabels":{"app":"api"}}."""),
            Seen(findings.Single(f => f.Check == "immutable-fields")));
        Assert.Equal(FindingState.Passed, findings.Single(f => f.Check == "manifests").State);
    }

    // A Job is created, and there the real server drops what it does not know, and what belongs to a feature that is off, without a word.
    [SkippableTheory]
    [InlineData("backOffLimit: 3", "spec.backOffLimit")]
    [InlineData("ttlSecondsAfterFinished: 60", "spec.ttlSecondsAfterFinished")]
    public async Task A_field_that_the_server_would_drop_fails_by_its_path(string field, string path)
    {
        await using var bed = await PreflightBed.StartAsync(isReal: true);
        bed.Write("migration-job", $$$$"""{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: { {{{{field}}}}, template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: team/api}] } } } }""");

        Assert.Equal((FindingState.Failed, $"Job/migrate-preflight: the server would drop {path}."), Seen(await bed.LookAsync("dropped-fields")));
    }

    [SkippableFact]
    public async Task A_field_of_a_Deployment_that_the_servers_schema_lacks_fails_and_is_no_other_checks_matter()
    {
        await using var bed = await PreflightBed.StartAsync(isReal: true);
        bed.WriteDeployment(container: ", colour: red");
        var findings = await bed.FindingsAsync(o => PreflightChecks.Of(o).Where(c => c.Name is "manifests" or "dropped-fields"), null);

        Assert.Equal(FindingState.Passed, findings[0].State);
        Assert.Equal(FindingState.Failed, findings[1].State);
        Assert.Contains("colour: field not declared in schema", findings[1].Found, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_value_that_the_server_would_change_is_a_warning()
    {
        await using var bed = await PreflightBed.StartAsync(isReal: true);
        bed.WriteDeployment(container: ", securityContext: {procMount: Unmasked}");

        Assert.Equal(
            (FindingState.Warned, """the server would keep other values: Deployment/api: spec.template.spec.containers[api].securityContext.procMount becomes "Default" instead of "Unmasked" """.TrimEnd()),
            Seen(await bed.LookAsync("dropped-fields")));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_right_to_try_nothing_is_said_of_the_manifests(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        var findings = await bed.FindingsAsync(o => PreflightChecks.Of(o).Where(c => c.Name is "manifests" or "immutable-fields" or "dropped-fields" or "quota"), "deployer");

        Assert.All(findings, f => Assert.Equal(FindingState.NotChecked, f.State));
        Assert.Equal(4, findings.Count);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_role_of_the_deployer_is_enough_and_a_kind_beyond_it_is_named_verb_by_verb(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        foreach (var manifest in Setup.DeployerRole())
            await bed.CreateAsync(manifest);
        Assert.Equal(FindingState.Passed, (await bed.LookAsync("permissions", "deployer")).State);

        bed.Write("claim", "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}");
        var finding = await bed.LookAsync("permissions", "deployer");
        Assert.Equal((FindingState.Failed, $"in '{bed.Space}' the user of 'deployer' may not get, create, update, patch, delete persistentvolumeclaims."), Seen(finding));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_field_of_another_manager_fails_once_a_release_is_live_and_is_taken_over_before(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        await bed.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LEVEL: debug}}");
        bed.Write("config", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LEVEL: info}}");
        Assert.Equal(FindingState.Passed, (await bed.LookAsync("manifests")).State);

        await Setup.RecordGoodReleaseAsync(bed.Connection);
        var finding = await bed.LookAsync("manifests");
        Assert.Equal(FindingState.Failed, finding.State);
        Assert.Contains("ConfigMap/settings: ", finding.Found, StringComparison.Ordinal);
        Assert.Contains("--take-over-fields", finding.Advice, StringComparison.Ordinal);
    }

    private static (FindingState State, string Found) Seen(Finding finding) => (finding.State, finding.Found);
}
