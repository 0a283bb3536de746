using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Releases;

/// <summary>Status, History and Unlock: what a person asks first.</summary>
public sealed class LookingStepsTests : IAsyncLifetime
{
    private const string LeasePath = "apis/coordination.k8s.io/v1/namespaces/product/leases/pipeline-deploy";
    private readonly LoopbackCluster cluster = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Status_says_what_runs_and_who_holds_the_lock()
    {
        await RecordAsync(Given.Good(6) with { Migration = new MigrationResult("aaaa00000001", "bbbb00000002", []) }, Given.Ended(7, ReleaseOutcome.PutBack));
        PutDeployment();
        PutLease();
        await run.RunAsync(new StatusStep());

        Assert.Equal(
            [
                "I Environment test: context loopback, namespace product",
                "I Live: release 6, version 1.6.0, commit aaaaaaaaaaaa, schema bbbb00000002",
                "I Latest: release 7, 1.7.0, PutBack, started 2026-03-01 19:00:00Z by ann@laptop",
                "I Deployment/api: 2 of 3 pods ready, release 6: 1.6.0, registry.example.com/team/api@sha256:abc",
                "I Deploy lock: ann@laptop #41 for Deploy of 1.4.2, renewed 2026-03-01T12:00:00.000000Z",
            ],
            run.Log);
    }

    [Fact]
    public async Task Status_before_the_first_release_says_so()
    {
        await run.RunAsync(new StatusStep());

        Assert.Equal("I No release is live yet", run.Log.Last());
    }

    [Fact]
    public async Task Status_asks_four_things_three_of_them_at_once()
    {
        await RecordAsync(Given.Good(6));
        cluster.Requests.Clear();
        var atOnce = new TaskCompletionSource();
        var waiting = 0;
        cluster.BeforeAnswer = http =>
        {
            if (http.Request.Path.Value!.EndsWith("/kube-system", StringComparison.Ordinal))
                return Task.CompletedTask;
            if (Interlocked.Increment(ref waiting) == 3)
                atOnce.SetResult();
            return atOnce.Task;
        };
        await run.RunAsync(new StatusStep()).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(
            [
                "GET api/v1/namespaces/kube-system", "GET api/v1/namespaces/product/configmaps", "GET apis/apps/v1/namespaces/product/deployments", $"GET {LeasePath}",
            ],
            cluster.Requests.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Status_without_the_right_to_see_the_lock_still_says_what_runs()
    {
        await RecordAsync(Given.Good(6));
        PutDeployment();
        cluster.Forbidden.Add(LeasePath);
        await run.RunAsync(new StatusStep());

        Assert.Contains(run.Log, l => l.StartsWith("I Deployment/api: 2 of 3 pods ready", StringComparison.Ordinal));
        Assert.Equal("W Deploy lock: not checked, no right to read it", run.Log.Last());
    }

    [Fact]
    public async Task History_shows_one_line_a_release_newest_first()
    {
        await RecordAsync(Given.Good(5), Given.Good(6), Given.Back(7, 6, 5) with { Reason = "orders fail" });
        await run.RunAsync(new HistoryStep());

        Assert.Equal(
            [
                "I    7  2026-03-01 19:00  rollback 6 → 5        Succeeded   ann@laptop, \"orders fail\"",
                "I    6  2026-03-01 18:00  1.6.0                 Succeeded   ann@laptop",
                "I    5  2026-03-01 17:00  1.5.0                 Succeeded   ann@laptop ◄ live",
            ],
            run.Log.Skip(1));
    }

    [Fact]
    public async Task History_before_the_first_release_says_so()
    {
        await run.RunAsync(new HistoryStep());

        Assert.Equal("I No release yet", run.Log.Last());
    }

    [Fact]
    public async Task Unlock_without_a_holder_changes_nothing()
    {
        await run.RunAsync(new UnlockStep("to be sure"));

        Assert.Equal(["left alone   the deploy lock: nobody holds it"], run.Summary);
        Assert.All(cluster.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unlock_wants_a_reason()
    {
        var error = await run.FailAsync(new UnlockStep(" "));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.StartsWith("--reason: why the lock is freed is not given.", error.Message, StringComparison.Ordinal);
    }

    private async Task RecordAsync(params Release[] releases)
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        foreach (var release in releases)
            await new RecordStore(connection).TryCreateAsync(release, default);
    }

    private void PutDeployment() => cluster.Put("apis/apps/v1/namespaces/product/deployments/api", JsonNode.Parse("""
        {"metadata":{"name":"api","labels":{"pipeline/applied":"test"},"annotations":{"kubernetes.io/change-cause":"release 6: 1.6.0"}},
         "spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"api","image":"registry.example.com/team/api@sha256:abc"}]}}},
         "status":{"readyReplicas":2}}
        """)!.AsObject());

    private void PutLease() => cluster.Put(LeasePath, new()
    {
        ["metadata"] = new JsonObject { ["name"] = "pipeline-deploy", ["annotations"] = new LeaseHolder("ann@laptop", "Deploy of 1.4.2", "", 41).Annotations() },
        ["spec"] = new JsonObject { ["holderIdentity"] = "ann@laptop #41", ["renewTime"] = "2026-03-01T12:00:00.000000Z", ["leaseTransitions"] = 3 },
    });
}
