using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Npgsql;
using Pipeline.Databases;
using Pipeline.Settings;

namespace Sandbox.Tests.Hosting;

/// <summary>The sandbox is killed in the middle of its work: to the cluster no more than a reboot of its node.</summary>
public sealed class PowerLossTests : IAsyncLifetime
{
    private const string Space = "dataset-management";
    private const int Replicas = 5;
    private readonly TestFolder folder = new();
    private Process process = null!;
    private JsonNode parameters = null!;
    private Kubernetes cluster = null!;

    public Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        cluster.Dispose();
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_rollout_goes_on_and_nothing_that_was_written_is_lost()
    {
        var registry = (string)parameters["RegistryUrl"]!;
        var (first, second) = (await SmallImage.PushAsync(registry, "1"), await SmallImage.PushAsync(registry, "2"));
        await cluster.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "kept" }, Data = new Dictionary<string, string> { ["a"] = "b" } }, Space);
        await cluster.CreateNamespacedDeploymentAsync(Deployment("steady", 1, first), Space);
        await cluster.CreateNamespacedDeploymentAsync(Deployment("moving", Replicas, first), Space);
        await UntilAsync("moving", s => s.AvailableReplicas == Replicas);
        await UntilAsync("steady", s => s.AvailableReplicas == 1);
        await SqlAsync("create table kept as select 7 as id");
        await cluster.PatchNamespacedDeploymentAsync(
            new V1Patch($$"""[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"{{second}}"}]""", V1Patch.PatchType.JsonPatch), "moving", Space);
        await UntilAsync("moving", s => s.UpdatedReplicas is > 1 and < Replicas);
        var version = VersionOf(await cluster.ListNamespacedPodAsync(Space));

        process.Kill();
        await process.WaitForExitAsync();
        cluster.Dispose();
        await StartAsync();

        await UntilAsync("moving", s => s.UpdatedReplicas == Replicas && s.AvailableReplicas == Replicas && s.Replicas == Replicas);
        await UntilAsync("steady", s => s.AvailableReplicas == 1);
        var pods = await cluster.ListNamespacedPodAsync(Space, labelSelector: "app=moving");
        Assert.All(pods.Items.Where(p => p.Metadata.DeletionTimestamp is null), p => Assert.Equal(second, p.Spec.Containers[0].Image));
        Assert.True(VersionOf(pods) > version);
        Assert.Equal(1, Assert.Single((await cluster.ListNamespacedPodAsync(Space, labelSelector: "app=steady")).Items).Status.ContainerStatuses[0].RestartCount);
        Assert.Equal("b", (await cluster.ReadNamespacedConfigMapAsync("kept", Space)).Data["a"]);
        await SqlAsync("select id from kept");
        // The counter goes on over objects of all kinds: none may carry a version that was given before.
        Assert.Equal(pods.Items.Count, pods.Items.Select(p => p.ResourceVersion()).Distinct().Count());
    }

    private static V1Deployment Deployment(string name, int replicas, string image) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1DeploymentSpec
        {
            Replicas = replicas,
            // Long enough a rollout to be met in its middle.
            MinReadySeconds = 1,
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
            Strategy = new V1DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdateDeployment { MaxSurge = 1, MaxUnavailable = 0 } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = name } },
                Spec = new V1PodSpec
                {
                    TerminationGracePeriodSeconds = 1,
                    Containers =
                    [
                        new V1Container
                        {
                            Name = "api",
                            Image = image,
                            Env = [new V1EnvVar { Name = "DATABASE_URL", Value = "none" }],
                            Ports = [new V1ContainerPort { Name = "http", ContainerPort = 8080 }],
                            ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/health", Port = "http" }, PeriodSeconds = 1 },
                        },
                    ],
                },
            },
        },
    };

    private static long VersionOf(V1PodList pods) => long.Parse(pods.Metadata.ResourceVersion, CultureInfo.InvariantCulture);

    private async Task StartAsync()
    {
        process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pipeline.Sandbox.dll"), "--folder", folder.Path, "--ends-with-input"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        parameters = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "endpoint.json")))!["parameters"]!;
        cluster = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile((string)parameters["KubeConfig"]!, (string)parameters["KubeContext"]!));
    }

    private async Task UntilAsync(string name, Func<V1DeploymentStatus, bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await cluster.ReadNamespacedDeploymentAsync(name, Space, cancellationToken: limit.Token) is var found
            && (found.Status.ObservedGeneration != found.Metadata.Generation || !isSo(found.Status)))
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
    }

    // Where the machine has no PostgreSQL there is none to lose.
    private async Task SqlAsync(string sql)
    {
        if ((string?)parameters["DatabaseUrl"] is not { } address)
            return;
        await using var source = NpgsqlDataSource.Create(DatabaseAddress.Parse(new Secret(address)));
        await using var connection = await source.OpenConnectionAsync();
#pragma warning disable CA2100 // Constants of this test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
