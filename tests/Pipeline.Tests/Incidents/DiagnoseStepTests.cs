using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Incidents;
using Pipeline.Settings;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Incidents;

public sealed class DiagnoseStepTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    private string Evidence => Path.Combine(folder.Path, "evidence-20260301T120000Z");

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options, new FakeTimeProvider(Given.Moment));
        cluster.Put("api/v1/namespaces/product/pods/api-1", JsonNode.Parse("""
            {"metadata":{"name":"api-1","managedFields":[{"manager":"kubectl"}],
              "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"env\":\"hunter22\"}"}},
             "spec":{"containers":[{"name":"api","env":[{"name":"DB_PASSWORD","value":"in-the-manifest"},{"name":"LOG_LEVEL","value":"debug"}]}]}}
            """)!.AsObject());
        cluster.Before = async http =>
        {
            if (!http.Request.Path.Value!.EndsWith("/log", StringComparison.Ordinal))
                return false;
            http.Response.StatusCode = http.Request.Query["previous"] == "true" ? 400 : 200;
            await http.Response.WriteAsync("starting\ncannot log in with hunter22\npostgresql://dataset:other-one@db/dataset\n");
            return true;
        };
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        folder.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task It_collects_objects_and_logs_and_changes_nothing()
    {
        await run.RunAsync(new DiagnoseStep(folder.Path));

        Assert.Equal(
            ["api-1.api.log", "deployments.json", "events.json", "jobs.json", "leases.json", "pods.json", "replicasets.json"],
            Directory.GetFiles(Evidence).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([$"changed      the evidence is in '{Evidence}'"], run.Summary);
        Assert.All(cluster.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_is_in_the_evidence()
    {
        await run.RunAsync(new StepOf(context =>
        {
            context.Hide(Secret.From("hunter22"));
            return Task.CompletedTask;
        }));
        await run.RunAsync(new DiagnoseStep(folder.Path));

        Assert.Equal(["starting", "cannot log in with ***", "postgresql://dataset:***@db/dataset"], await File.ReadAllLinesAsync(Path.Combine(Evidence, "api-1.api.log")));
        var pod = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Evidence, "pods.json")))![0]!;
        Assert.Equal("""[{"name":"DB_PASSWORD","value":"***"},{"name":"LOG_LEVEL","value":"debug"}]""", pod["spec"]!["containers"]![0]!["env"]!.ToJsonString());
        Assert.Equal("{}", pod["metadata"]!["annotations"]!.ToJsonString());
        Assert.Null(pod["metadata"]!["managedFields"]);
    }

    [Fact]
    public async Task A_missing_right_does_not_hide_the_rest()
    {
        cluster.Forbidden.Add("api/v1/namespaces/product/events");
        await run.RunAsync(new DiagnoseStep(folder.Path));

        Assert.True(File.Exists(Path.Combine(Evidence, "pods.json")));
        Assert.False(File.Exists(Path.Combine(Evidence, "events.json")));
        Assert.Contains(run.Log, l => l.StartsWith("W \"events\": not collected, ", StringComparison.Ordinal));
    }
}
