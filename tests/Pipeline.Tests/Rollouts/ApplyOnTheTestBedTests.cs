using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Environments;
using Pipeline.Errors;
using Pipeline.Rollouts;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Rollouts;

/// <summary>What only a real API server and its controllers can say about applying.</summary>
public sealed class ApplyOnTheTestBedTests : IAsyncLifetime
{
    private static readonly bool IsThere = Environment.GetEnvironmentVariable("TESTBED") == "1";
    private readonly string name = $"apply-{Guid.NewGuid():N}"[..16];
    private ClusterConnection cluster = null!;
    private ClusterOptions options = new() { KubeContext = "testbed" };

    public async Task InitializeAsync()
    {
        if (!IsThere)
            return;
        options = options with { KubeNamespace = name };
        cluster = ClusterConnection.Open(options);
        options = options with { ClusterUid = await ClusterPin.UidAsync(cluster, default) };
        await cluster.CreateAsync(Resource.Namespaces, Yaml($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}"), default);
    }

    public async Task DisposeAsync()
    {
        if (!IsThere)
            return;
        await cluster.DeleteAsync(Resource.Namespaces, name, default);
        cluster.Dispose();
    }

    [SkippableFact]
    public async Task An_autoscaler_keeps_the_number_of_pods_that_it_chose()
    {
        Skip.IfNot(IsThere, "TESTBED is not 1");
        JsonObject[] manifests =
        [
            Yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {replicas: 1, selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: 'debian:bookworm-slim', command: [sleep, '600'], resources: {requests: {cpu: 1m}}}]}}}}"),
            Yaml("{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: api}, spec: {minReplicas: 2, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}}}"),
        ];

        await RunAsync(async apply =>
        {
            await apply.ApplyAsync(manifests, takeOver: false, default);
            for (var second = 0; second < 60 && await ReplicasAsync() != 2; second++)
                await Task.Delay(1000);
            Assert.Equal(2, await ReplicasAsync());

            await apply.ApplyAsync(manifests, takeOver: false, default);
            Assert.Equal(2, await ReplicasAsync());
        });
    }

    [SkippableFact]
    public async Task A_conflict_names_manager_and_field_as_the_server_does()
    {
        Skip.IfNot(IsThere, "TESTBED is not 1");
        JsonObject[] manifests = [Yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: info}}")];
        await RunAsync(async apply =>
        {
            await apply.ApplyAsync(manifests, takeOver: false, default);
            var theirs = (JsonObject)(await cluster.FindAsync(Resource.ConfigMaps, "settings", default))!.DeepClone();
            theirs["data"]!["LOG_LEVEL"] = "debug";
            using (var content = new StringContent(theirs.ToJsonString(), null, "application/json"))
                await cluster.SendAsync(HttpMethod.Put, $"{Resource.ConfigMaps.PathIn(name, "settings")}?fieldManager=somebody", content, default);

            var error = await Assert.ThrowsAsync<FailureException>(() => apply.DryRunAsync(manifests, takeOver: false, default));
            Assert.Equal("ConfigMap/settings was not applied, somebody else manages some of its fields: 'somebody' manages .data.LOG_LEVEL. Leave them out of the manifest, or pass --take-over-fields to take them over.", error.Message);
        });
    }

    private async Task<long> ReplicasAsync() => (await cluster.FindAsync(Resource.Deployments, "api", default)).Number("spec", "replicas");

    private async Task RunAsync(Func<ServerSideApply, Task> work)
    {
        await using var run = await StepRun.StartAsync(options);
        await run.RunAsync(new StepOf(context => work(new ServerSideApply(cluster, context))));
    }

    private static JsonObject Yaml(string text) => YamlManifest.Parse(text, "test").Single();
}
