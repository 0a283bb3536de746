using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Releases;

/// <summary>Status, History and Unlock: what a person asks first.</summary>
public sealed class LookingStepsTests : StepTests
{
    private const string LeasePath = "apis/coordination.k8s.io/v1/namespaces/product/leases/pipeline-deploy";

    [Fact]
    public async Task Status_says_what_runs_and_who_holds_the_lock()
    {
        await RecordAsync(Given.Good(6) with { Migration = new MigrationResult("aaaa00000001", "bbbb00000002", []) }, Given.Ended(7, ReleaseOutcome.PutBack));
        PutDeployment();
        PutLease();
        await Run.RunAsync(new StatusStep());

        Assert.Equal(
            [
                "I Environment test: context loopback, namespace product",
                "I Live: release 6, version 1.6.0, commit aaaaaaaaaaaa, schema bbbb00000002",
                "I Latest: release 7, 1.7.0, PutBack, started 2026-03-01 19:00:00Z by ann@laptop",
                "I Deployment/api: 2 of 3 pods ready, release 6: 1.6.0, registry.example.com/team/api@sha256:abc",
                "I Deploy lock: ann@laptop #41 for Deploy of 1.4.2, renewed 2026-03-01T12:00:00.000000Z",
            ],
            Run.Log);
    }

    [Fact]
    public async Task Status_before_the_first_release_says_so()
    {
        await Run.RunAsync(new StatusStep());

        Assert.Equal("I No release is live yet", Run.Log.Last());
    }

    [Fact]
    public async Task Status_asks_four_things_three_of_them_at_once()
    {
        await RecordAsync(Given.Good(6));
        Cluster.Requests.Clear();
        var atOnce = new TaskCompletionSource();
        var waiting = 0;
        Cluster.BeforeAnswer = http =>
        {
            if (http.Request.Path.Value!.EndsWith("/kube-system", StringComparison.Ordinal))
                return Task.CompletedTask;
            if (Interlocked.Increment(ref waiting) == 3)
                atOnce.SetResult();
            return atOnce.Task;
        };
        await Run.RunAsync(new StatusStep()).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(
            [
                "GET api/v1/namespaces/kube-system", "GET api/v1/namespaces/product/configmaps", "GET apis/apps/v1/namespaces/product/deployments", $"GET {LeasePath}",
            ],
            Cluster.Requests.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Status_without_the_right_to_see_the_lock_still_says_what_runs()
    {
        await RecordAsync(Given.Good(6));
        PutDeployment();
        Cluster.Forbidden.Add(LeasePath);
        await Run.RunAsync(new StatusStep());

        Assert.Contains(Run.Log, l => l.StartsWith("I Deployment/api: 2 of 3 pods ready", StringComparison.Ordinal));
        Assert.Equal("W Deploy lock: not checked, no right to read it", Run.Log.Last());
    }

    [Fact]
    public async Task History_shows_a_table_newest_first()
    {
        await RecordAsync(Given.Good(5), Given.Good(6), Given.Back(7, 6, 5) with { Reason = "orders fail" });
        await Run.RunAsync(new HistoryStep());

        Assert.Equal(
            [
                "I        started (UTC)     release               ended         by",
                "I     7  2026-03-01 19:00  rollback 6 → 5        succeeded     ann@laptop",
                "I                          \"orders fail\"",
                "I     6  2026-03-01 18:00  1.6.0                 succeeded     ann@laptop",
                "I    ►5  2026-03-01 17:00  1.5.0                 succeeded     ann@laptop",
                "I ► serves now",
            ],
            Run.Log.Skip(1));
    }

    [Fact]
    public async Task History_for_programs_goes_to_their_stream_alone()
    {
        await RecordAsync(Given.Good(5));
        using var output = new MemoryStream();
        await Run.RunAsync(new HistoryStep(new HistoryOptions { HistoryJson = output }));

        Assert.StartsWith("{\n  \"live\": 5,", System.Text.Encoding.UTF8.GetString(output.ToArray()).ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain(Run.Log.Skip(1), l => l.Contains("1.5.0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_once_and_hides_nothing_else()
    {
        await RecordAsync(Given.Good(5), Given.Good(7));
        PutDamaged(6);
        await Run.RunAsync(new HistoryStep());
        await Run.RunAsync(new StatusStep());

        var warning = Assert.Single(Run.Log, l => l.StartsWith('W'));
        Assert.StartsWith("W Left out: The record ConfigMap/pipeline-release-6 in namespace 'product' is damaged", warning, StringComparison.Ordinal);
        Assert.Contains("I    ►7  2026-03-01 19:00  1.7.0                 succeeded     ann@laptop", Run.Log);
        Assert.Contains(Run.Log, l => l.StartsWith("I Live: release 7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_newest_cannot_be_read_Status_does_not_call_an_older_one_live()
    {
        await RecordAsync(Given.Good(5));
        PutDamaged(6);
        var error = await Run.FailAsync(new StatusStep());

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains("ConfigMap/pipeline-release-6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_before_the_first_release_says_so()
    {
        await Run.RunAsync(new HistoryStep());

        Assert.Equal("I No release yet", Run.Log.Last());
    }

    [Fact]
    public async Task Unlock_without_a_holder_changes_nothing()
    {
        await Run.RunAsync(new UnlockStep("to be sure"));

        Assert.Equal(["left alone   the deploy lock: nobody holds it"], Run.Summary);
        Assert.All(Cluster.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unlock_wants_a_reason()
    {
        var error = await Run.FailAsync(new UnlockStep(" "));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.StartsWith("--reason: why the lock is freed is not given.", error.Message, StringComparison.Ordinal);
    }

    private async Task RecordAsync(params Release[] releases)
    {
        using var connection = ClusterConnection.Open(Cluster.Options);
        foreach (var release in releases)
            await new RecordStore(connection).TryCreateAsync(release, default);
    }

    private void PutDamaged(int number) => Cluster.Put($"api/v1/namespaces/product/configmaps/pipeline-release-{number}", new()
    {
        ["metadata"] = new JsonObject { ["name"] = $"pipeline-release-{number}", ["labels"] = new JsonObject { ["pipeline/record"] = "release", ["pipeline/number"] = $"{number}" } },
        ["data"] = new JsonObject { ["release.json"] = "{" },
    });

    private void PutDeployment() => Cluster.Put("apis/apps/v1/namespaces/product/deployments/api", JsonNode.Parse("""
        {"metadata":{"name":"api","labels":{"pipeline/applied":"test"},"annotations":{"kubernetes.io/change-cause":"release 6: 1.6.0"}},
         "spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"api","image":"registry.example.com/team/api@sha256:abc"}]}}},
         "status":{"readyReplicas":2}}
        """)!.AsObject());

    private void PutLease() => Cluster.Put(LeasePath, new()
    {
        ["metadata"] = new JsonObject { ["name"] = "pipeline-deploy", ["annotations"] = new LeaseHolder("ann@laptop", "Deploy of 1.4.2", "", 41).Annotations() },
        ["spec"] = new JsonObject { ["holderIdentity"] = "ann@laptop #41", ["renewTime"] = "2026-03-01T12:00:00.000000Z", ["leaseTransitions"] = 3 },
    });
}
