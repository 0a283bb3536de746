using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Rollbacks;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Tests.Images;
using Pipeline.Tests.Leases;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;
using Pipeline.Tests.Verification;
using Pipeline.Verification;

namespace Pipeline.Tests.Rollbacks;

public sealed class RollbackTakeOverTests : IAsyncLifetime
{
    private const string Job = "apis/batch/v1/namespaces/product/jobs/migrate-7-upgrade";
    private const string Pod = "api/v1/namespaces/product/pods/migrate-7-upgrade-x";
    private readonly TwoRuns runs = new();
    private readonly LoopbackSite site = new();
    private readonly TemporaryFolder folder = new();

    public async Task InitializeAsync()
    {
        await runs.InitializeAsync();
        await site.InitializeAsync();
        site.Answers["/health"] = _ => (200, LoopbackSite.Health("1.6.0"));
        using var connection = ClusterConnection.Open(runs.Cluster.Options);
        await new RecordStore(connection).TryCreateAsync(Given.Good(6) with { WithoutDatabase = "the test says so" }, default);
        await new ManifestArchive(connection).WriteAsync(6, [], default);
    }

    public async Task DisposeAsync()
    {
        await runs.DisposeAsync();
        await site.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Without_the_flag_a_run_at_work_is_left_alone()
    {
        _ = await runs.HolderWorksAsync();
        var error = await runs.Time.WhileAsync(runs.Other.FailAsync(Rollback(new RollbackOptions { Reason = "the site is down" })), breath: 4);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains("./build.sh Rollback --take-over --reason TEXT", error.Message, StringComparison.Ordinal);
        Assert.Null(runs.Holder.ExitCode);
    }

    [Fact]
    public async Task With_it_that_run_and_its_migration_end_before_anything_goes_back()
    {
        var holder = await runs.HolderWorksAsync();
        PutMigration();
        await runs.OtherAsync(Rollback(new RollbackOptions { TakeOver = true, Reason = "the site is down" }));
        var error = await holder;

        Assert.Equal(ExitCode.Cancelled, error.ExitCode);
        Assert.EndsWith("for Rollback to release 6: the site is down", error.Message, StringComparison.Ordinal);
        var requests = runs.Cluster.Requests.ToList();
        Assert.True(requests.LastIndexOf("GET api/v1/namespaces/product/pods") > requests.IndexOf($"DELETE {Job}"));
        Assert.False(runs.Cluster.Objects.ContainsKey(Pod));
        Assert.Contains("changed      Job/migrate-7-upgrade of the other run: ended before its end; each revision that it had finished stays in the schema", runs.Other.Summary);
        await runs.Other.Session.DisposeAsync();
        await AssertRecordedAsync();
    }

    [Fact]
    public async Task On_a_terminal_it_is_offered()
    {
        var offered = new List<string>();
        var holder = await runs.HolderWorksAsync();
        await runs.OtherAsync(Rollback(new RollbackOptions
        {
            Offer = sentence =>
            {
                offered.Add(sentence);
                return true;
            },
        }));
        await holder;

        var sentence = Assert.Single(offered);
        Assert.StartsWith("Another run holds the deploy lock: ", sentence, StringComparison.Ordinal);
        Assert.EndsWith(". Going on ends that run", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "2 min")]
    [InlineData(150, "4 min")]
    public async Task A_migration_whose_pod_does_not_end_within_its_grace_stops_the_way_back(int? grace, string limit)
    {
        using (var connection = ClusterConnection.Open(runs.Cluster.Options))
            await new RecordStore(connection).TryCreateAsync(Given.Ended(7, ReleaseOutcome.Unfinished), default);
        PutMigration(ends: false, grace);
        var error = await runs.Time.WhileAsync(runs.Other.FailAsync(Rollback(new RollbackOptions { TakeOver = true, Reason = "the site is down" })), atMost: 600, breath: 2);

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Contains($"Pod/migrate-7-upgrade-x of Job/migrate-7-upgrade on node worker-1 did not end within {limit}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_repeated_after_it_was_stopped_waits_for_the_migration_s_pod_too()
    {
        using (var connection = ClusterConnection.Open(runs.Cluster.Options))
            await new RecordStore(connection).TryCreateAsync(Given.Ended(7, ReleaseOutcome.Unfinished), default);
        PutMigration(ends: false);
        runs.Cluster.Instead = (http, _) => MarkedAsync(http);
        await runs.Holder.RunAsync(new StepOf("Rollback", StopWhileItWaitsAsync));
        Assert.NotNull(runs.Cluster.Objects[Job].Text("metadata", "deletionTimestamp"));
        var looks = 0;
        runs.Cluster.Before = http =>
        {
            if (http.Request.Path.Value!.EndsWith("/pods", StringComparison.Ordinal) && runs.Cluster.Objects.ContainsKey(Pod) && ++looks == 4)
                _ = runs.Cluster.Objects.TryRemove(Pod, out _) && runs.Cluster.Objects.TryRemove(Job, out _);
            return Task.FromResult(false);
        };
        await runs.OtherAsync(Rollback(new RollbackOptions { TakeOver = true, Reason = "the site is down" }));

        Assert.Equal(4, looks);
        Assert.Contains("changed      Job/migrate-7-upgrade of the other run: ended before its end; each revision that it had finished stays in the schema", runs.Other.Summary);
    }

    [Fact]
    public async Task It_wants_a_reason()
    {
        var error = await runs.Other.FailAsync(Rollback(new RollbackOptions { TakeOver = true }));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.StartsWith("--reason: why the other run is ended is not given.", error.Message, StringComparison.Ordinal);
    }

    // As a cluster deletes a Job in the foreground: it stays until its pod has ended. Some call it failed meanwhile.
    private async Task<bool> MarkedAsync(HttpContext http)
    {
        if (http.Request.Method != "DELETE" || http.Request.Query["propagationPolicy"] != "Foreground")
            return false;
        var job = runs.Cluster.Objects[Job];
        job["metadata"]!["deletionTimestamp"] = "2026-03-01T12:00:00Z";
        job["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Failed", ["status"] = "True" }) };
        await http.Response.WriteAsync(job.ToJsonString());
        return true;
    }

    private async Task StopWhileItWaitsAsync(StepContext context, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        runs.Cluster.Before = async http =>
        {
            if (http.Request.Path.Value!.EndsWith("/pods", StringComparison.Ordinal))
                await stop.CancelAsync();
            return false;
        };
        var cluster = await context.ClusterAsync(cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new MigrationEnd(cluster, context).RunAsync(stop.Token));
    }

    private async Task AssertRecordedAsync()
    {
        using var connection = ClusterConnection.Open(runs.Cluster.Options);
        var history = await new RecordStore(connection).ReadAsync(default);
        Assert.Equal(("Migrate", StepState.Cancelled), (history.Find(7)!.Steps.Single().Name, history.Find(7)!.Steps.Single().State));
        Assert.NotEqual(ReleaseOutcome.Unfinished, history.Find(7)!.Outcome);
        Assert.Equal((8, ReleaseOutcome.Succeeded), (history.Latest!.Number, history.Latest.Outcome));
        Assert.Contains(", ended by ", history.Latest.TookOver, StringComparison.Ordinal);
        Assert.Null(runs.LockHolder);
    }

    private void PutMigration(bool ends = true, int? grace = null)
    {
        runs.Cluster.Put(Job, new() { ["metadata"] = new JsonObject { ["name"] = "migrate-7-upgrade", ["labels"] = new JsonObject { ["pipeline/migration"] = "7" } }, ["status"] = new JsonObject { ["active"] = 1 } });
        runs.Cluster.Put(Pod, new()
        {
            ["metadata"] = new JsonObject { ["name"] = "migrate-7-upgrade-x", ["labels"] = new JsonObject { ["job-name"] = "migrate-7-upgrade" } },
            ["spec"] = new JsonObject { ["nodeName"] = "worker-1", ["terminationGracePeriodSeconds"] = grace },
            ["status"] = new JsonObject { ["phase"] = "Running" },
        });
        var looks = 0;
        runs.Cluster.Before = http =>
        {
            if (ends && http.Request.Path.Value!.EndsWith("/pods", StringComparison.Ordinal) && !runs.Cluster.Objects.ContainsKey(Job) && ++looks == 3)
                runs.Cluster.Objects.TryRemove(Pod, out _);
            return Task.FromResult(false);
        };
    }

    private RollbackStep Rollback(RollbackOptions options) => new(
        options,
        new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" },
        new FrontendOptions { FrontendSource = folder.Path, FrontendBucket = "site", ApiUrl = site.Address, Storage = new() },
        new CdnOptions { CdnDistributionId = "E123" },
        new VerificationOptions { ApiUrl = site.Address, SiteUrl = site.Address },
        new SchemaReturnOptions { Database = new() });
}
