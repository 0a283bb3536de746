using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class DeployStepTests : DeployBed
{
    [Fact]
    public async Task A_release_is_applied_in_order_watched_and_recorded()
    {
        await run.RunAsync(Step);

        var config = workloads.All(Resource.ConfigMaps).Single(m => m.Name().StartsWith("settings-", StringComparison.Ordinal)).Name();
        Assert.Equal([$"apply ConfigMap/{config}", "apply Service/api", "apply Deployment/api"], Applied);
        Assert.Equal("team/api@sha256:1", ImageOf("api"));
        Assert.Equal([$"ConfigMap/{config}", "Service/api", "Deployment/api"], run.Release.Rollout!.Objects.Select(o => $"{o}"));
        Assert.Equal((3, "1"), (run.Release.Rollout.Changed, run.Release.Rollout.Objects.Single(o => o.Kind == "Deployment").RolloutRevision));
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

    // A quota's count that changed in between, a quota without a count yet, and a server without its caches yet.
    [Theory]
    [InlineData(409, "Operation cannot be fulfilled on resourcequotas \"small\": the object has been modified")]
    [InlineData(403, "services \"api\" is forbidden: status unknown for quota: small, resources: services")]
    [InlineData(403, "services \"api\" is forbidden: not yet ready to handle request")]
    public async Task A_refusal_that_passes_is_asked_again(int status, string message)
    {
        workloads.Refusals.Enqueue((status, message));
        await run.RunAsync(Step);

        Assert.Empty(workloads.Refusals);
        Assert.Equal("team/api@sha256:1", ImageOf("api"));
    }

    [Fact]
    public async Task The_first_release_takes_over_what_kubectl_applied()
    {
        workloads.OwnedBy["Service/api"] = "kubectl-client-side-apply";
        await run.RunAsync(Step);

        Assert.Contains("apply Service/api", Applied);
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
}
