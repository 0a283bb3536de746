using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Rollouts;

public sealed class DeployStepTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackWorkloads workloads;
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    public DeployStepTests() => workloads = new LoopbackWorkloads(cluster);

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        folder.Write("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: info}}");
        folder.Write("b.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {ports: [{port: 80}]}}");
        folder.Write("c.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              replicas: 2
              selector: {matchLabels: {app: api}}
              template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: team/api, envFrom: [{configMapRef: {name: settings}}]}]}}
            """);
        await StartAsync("1.4.2", "sha256:1");
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_release_is_applied_in_order_watched_and_recorded()
    {
        await run.RunAsync(Step);

        var config = workloads.All(Resource.ConfigMaps).Single(m => m.Name().StartsWith("settings-", StringComparison.Ordinal)).Name();
        Assert.Equal([$"apply ConfigMap/{config}", "apply Service/api", "apply Deployment/api"], Applied);
        Assert.Equal("team/api@sha256:1", ImageOf("api"));
        Assert.Equal([$"ConfigMap/{config}", "Service/api", "Deployment/api"], run.Release.Rollout!.Objects.Select(o => $"{o}"));
        Assert.Equal((3, "1"), (run.Release.Rollout.Changed, run.Release.Rollout.RolloutRevision));
        Assert.Equal("changed      the cluster: 3 of 3 objects, pods run team/api@sha256:1", Assert.Single(run.Summary));
        Assert.Contains("I Deployment/api: all 2 pods run the release and serve", run.Log);
    }

    [Fact]
    public async Task A_second_deploy_changes_nothing()
    {
        await run.RunAsync(Step);
        await run.NextAsync();
        workloads.Changes.Clear();
        await RecordImageAsync("sha256:1");
        await run.RunAsync(Step);

        Assert.Empty(Applied);
        Assert.Equal("left alone   the cluster: its 3 objects already are those of this release, no pod restarted", Assert.Single(run.Summary));
    }

    [Fact]
    public async Task A_release_without_an_image_is_refused()
    {
        await run.RecordAsync(r => r with { Image = null });
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("Release 1 has no image at the registry. Run ./build.sh PushImage first.", error.Message);
        Assert.Empty(Applied);
    }

    [Fact]
    public async Task A_service_monitor_is_left_out_where_no_operator_serves_it()
    {
        folder.Write("d.yaml", "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: api}}");
        await run.RunAsync(Step);

        Assert.Single(run.Log, l => l == "W ServiceMonitor/api was not applied: the cluster has no Prometheus operator");
        Assert.Equal("changed      the cluster: 3 of 3 objects, pods run team/api@sha256:1", Assert.Single(run.Summary));
        Assert.DoesNotContain(run.Release.Rollout!.Objects, o => o.Kind == "ServiceMonitor");
    }

    [Fact]
    public async Task A_service_monitor_is_applied_where_an_operator_serves_it()
    {
        workloads.NotServed.Clear();
        folder.Write("d.yaml", "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: api}}");
        await run.RunAsync(Step);

        Assert.Equal("apply ServiceMonitor/api", Applied[^1]);
    }

    [Fact]
    public async Task A_kind_that_the_cluster_does_not_serve_is_refused_before_anything_is_applied()
    {
        folder.Write("d.yaml", "{apiVersion: example.com/v1, kind: Widget, metadata: {name: api}}");
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("The cluster does not serve example.com/v1 Widget. Nothing was applied. Change the manifest's apiVersion, or install what brings that kind.", error.Message);
        Assert.Empty(Applied);
    }

    [Fact]
    public async Task Fields_of_somebody_else_are_refused_by_name_until_they_are_taken_over()
    {
        await SucceedAsync();
        await StartAsync("1.5.0", "sha256:2");
        workloads.OwnedBy["Service/api"] = "kubectl-edit";
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("Service/api was not applied, somebody else manages some of its fields: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("conflict with \"kubectl-edit\" using v1: .spec.ports Leave them out of the manifest, or pass --take-over-fields to take them over.", error.Message, StringComparison.Ordinal);
        Assert.Empty(Applied);

        await run.NextAsync();
        await RecordImageAsync("sha256:2");
        await run.RunAsync(new DeployStep(Options with { TakeOverFields = true }, Accepted));
        Assert.Equal("team/api@sha256:2", ImageOf("api"));
    }

    [Fact]
    public async Task The_first_release_takes_over_what_kubectl_applied()
    {
        workloads.OwnedBy["Service/api"] = "kubectl-client-side-apply";
        await run.RunAsync(Step);

        Assert.Contains("apply Service/api", Applied);
    }

    [Fact]
    public async Task A_release_whose_pods_crash_is_put_back_and_what_it_made_is_gone()
    {
        await SucceedAsync();
        var config = ConfigOf("api");
        await StartAsync("1.5.0", "sha256:2");
        folder.Write("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: debug}}");
        folder.Write("b2.yaml", "{apiVersion: v1, kind: Service, metadata: {name: new}, spec: {ports: [{port: 80}]}}");
        workloads.Controller = d =>
        {
            if (ImageOf("api") == "team/api@sha256:1")
                workloads.RollOut(d);
            else
                Crash(d);
        };
        workloads.Logs["api-2-0/api/previous"] = "Traceback:\n  File \"main.py\"\nKeyError: 'X'\n";
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal(("team/api@sha256:1", config), (ImageOf("api"), ConfigOf("api")));
        Assert.Null(workloads.Find(new Resource("v1", "Service", "services"), "new"));
        Assert.NotNull(workloads.Find(new Resource("v1", "Service", "services"), "api"));
        Assert.Equal("Deployment/api failed after 0 s: Pod/api-2-0 on node worker-1, container 'api': CrashLoopBackOff, exit code 1", error.Message.Split(Environment.NewLine)[0]);
    }

    [Fact]
    public async Task A_failure_shows_pod_node_exit_code_log_and_events()
    {
        workloads.Controller = Crash;
        workloads.Logs["api-1-0/api/previous"] = "Traceback:\n  File \"main.py\"\nKeyError: 'X'\n";
        workloads.Logs["api-1-0/api"] = "starting again\n";
        workloads.Put(Resource.Events, LoopbackWorkloads.Yaml("""{metadata: {name: e1}, type: Warning, reason: BackOff, count: 3, lastTimestamp: '2026-01-01T00:00:02Z', message: 'Back-off restarting failed container', involvedObject: {kind: Pod, name: api-1-0}}"""));
        workloads.Put(Resource.Events, LoopbackWorkloads.Yaml("""{metadata: {name: e2}, type: Warning, reason: Unhealthy, lastTimestamp: '2026-01-01T00:00:01Z', message: 'probe failed', involvedObject: {kind: Pod, name: other}}"""));
        workloads.Put(Resource.Events, LoopbackWorkloads.Yaml("""{metadata: {name: e3}, type: Normal, reason: Pulled, message: 'pulled', involvedObject: {kind: Pod, name: api-1-0}}"""));
        var error = await run.FailAsync(Step);

        Assert.Equal(
            """
            Deployment/api failed after 0 s: Pod/api-1-0 on node worker-1, container 'api': CrashLoopBackOff, exit code 1
              Pod/api-1-0 on node worker-1, container 'api': CrashLoopBackOff, exit code 1
                log of the run before  Traceback:
                log of the run before    File "main.py"
                log of the run before  KeyError: 'X'
                log  starting again
              event  Pod/api-1-0 BackOff ×3: Back-off restarting failed container
              hint  The program ends by itself, three times in a row: the log says why.
            """, error.Message, ignoreLineEndingDifferences: true);
        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Empty(workloads.All(Resource.Deployments));
    }

    [Fact]
    public async Task What_a_first_release_found_is_put_back_as_it_was()
    {
        workloads.Put(Resource.Deployments, LoopbackWorkloads.Yaml("""
            metadata: {name: api, generation: 4, annotations: {deployment.kubernetes.io/revision: '4'} }
            spec: {replicas: 2, selector: {matchLabels: {app: api}}, template: {spec: {containers: [{name: api, image: 'by-hand:7'}]}}}
            """));
        workloads.Controller = d =>
        {
            if (ImageOf("api") == "by-hand:7")
                workloads.RollOut(d);
            else
                Crash(d);
        };
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal("by-hand:7", ImageOf("api"));
        Assert.Empty(workloads.All(new Resource("v1", "Service", "services")));
        // Put back means that the pods serve again, not that somebody was asked.
        Assert.Contains("I Deployment/api: all 2 pods run the release and serve", run.Log);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_that_was_found_is_put_back_although_it_changed_or_went_in_between(bool isGone)
    {
        var services = new Resource("v1", "Service", "services");
        workloads.Put(services, LoopbackWorkloads.Yaml("{metadata: {name: api}, spec: {ports: [{port: 8000}]}}"));
        workloads.Controller = d =>
        {
            if (isGone)
                cluster.Objects.TryRemove(services.PathIn("product", "api"), out _);
            else
                workloads.Put(services, (JsonObject)workloads.Find(services, "api")!.DeepClone());
            Crash(d);
        };
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal(8000, workloads.Find(services, "api")!.Items("spec", "ports").Single().Number("port"));
    }

    [Fact]
    public async Task An_autoscaler_keeps_its_number_of_pods()
    {
        await SucceedAsync();
        var scaled = (JsonObject)workloads.Find(Resource.Deployments, "api")!.DeepClone();
        scaled["spec"]!["replicas"] = 5;
        scaled["metadata"]!["managedFields"] = new JsonArray(new JsonObject { ["manager"] = "kube-controller-manager", ["subresource"] = "scale" });
        workloads.Put(Resource.Deployments, scaled);
        await StartAsync("1.5.0", "sha256:2");
        await run.RunAsync(Step);

        Assert.Equal(5, workloads.Find(Resource.Deployments, "api").Number("spec", "replicas"));
        Assert.Equal("team/api@sha256:2", ImageOf("api"));
    }

    [Fact]
    public async Task What_a_secret_holds_is_applied_and_never_recorded()
    {
        folder.Write("d.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: tls}, stringData: {key: aGlkZGVu}}");
        await run.RunAsync(Step);

        Assert.Contains("apply Secret/tls", Applied);
        var connection = ClusterConnection.Open(cluster.Options);
        var kept = await new ManifestArchive(connection).ReadAsync(1, default);
        Assert.Equal(["ConfigMap", "Service", "Deployment"], kept.Select(m => m.Kind()));
        Assert.Contains(run.Release.Rollout!.Objects, o => $"{o}" == "Secret/tls");
        connection.Dispose();
    }

    private static AcceptedRisks Accepted => new() { AcceptNoBackup = true, AcceptNoPreflight = true };

    private ManifestOptions Options => new() { ManifestFolder = folder.Path, ImageRepository = "team/api", RolloutTimeout = "60s" };

    private DeployStep Step => new(Options, Accepted);

    private List<string> Applied => [.. workloads.Changes.Where(c => !c.Contains("pipeline-release", StringComparison.Ordinal))];

    private string? ImageOf(string deployment) => PodTemplate.Containers(workloads.Find(Resource.Deployments, deployment)!).Single().Text("image");

    private string? ConfigOf(string deployment) =>
        PodTemplate.ConfigMapReferences(workloads.Find(Resource.Deployments, deployment)!).Select(r => (string?)r.Owner[r.Field]).Single();

    private void Crash(JsonObject deployment)
    {
        var revision = $"{deployment.Number("metadata", "generation")}";
        workloads.PutReplicaSet(deployment, revision);
        workloads.PutPod(deployment, revision, 0, LoopbackWorkloads.Yaml("""
            containerStatuses: [{name: api, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]
            """));
        workloads.PutStatus(deployment, revision, LoopbackWorkloads.Yaml($"{{observedGeneration: {revision}, replicas: 3, updatedReplicas: 1, availableReplicas: 2}}"));
    }

    private async Task StartAsync(string version, string digest)
    {
        if (run is not null)
            await run.DisposeAsync();
        run = await StepRun.StartAsync(cluster.Options, version: version);
        await RecordImageAsync(digest);
    }

    private Task RecordImageAsync(string digest) => run.RecordAsync(r => r with { Image = new ImageResult("team/api", "x", digest, "") });

    private async Task SucceedAsync()
    {
        await run.RunAsync(Step);
        await run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        workloads.Changes.Clear();
    }
}
