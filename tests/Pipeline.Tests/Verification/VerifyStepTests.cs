using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Tests.Preflight;
using Pipeline.Verification;

namespace Pipeline.Tests.Verification;

public sealed class VerifyStepTests : IAsyncLifetime
{
    private readonly LoopbackSite site = new();
    private readonly LoopbackCluster cluster = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await site.InitializeAsync();
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options);
        await run.RunAsync(new Deployed());
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Verify_records_what_every_address_answered()
    {
        await run.RunAsync(Step());

        Assert.Equal(["health", "datasets", "page", "release.json"], run.Release.Verification!.Probes.Select(p => p.Name));
        Assert.All(run.Release.Verification.Probes, p => Assert.True(p.Passed));
        await run.NextAsync();
        await run.RunAsync(new Deployed());
        Assert.Equal(ReleaseOutcome.Succeeded, run.Release.Outcome);
    }

    [Fact]
    public async Task Health_must_be_right_three_times_in_a_row_over_connections_of_their_own()
    {
        site.Answers["/health"] = n => (200, LoopbackSite.Health(n == 3 ? "1.4.1" : "1.4.2"));
        await run.RunAsync(Step("10s"));

        var asked = site.Requests.Where(r => r.Path == "/health").ToList();
        Assert.Equal(6, asked.Count);
        Assert.Equal(6, asked.Select(r => r.Port).Distinct().Count());
        Assert.Contains("I health: not yet: version is '1.4.1', not '1.4.2'", run.Log);
    }

    [Fact]
    public async Task No_cache_may_answer()
    {
        await run.RunAsync(Step());

        Assert.All(site.Requests, r => Assert.Equal("no-cache", r.CacheControl));
    }

    [Fact]
    public async Task A_failure_says_what_was_found_everywhere()
    {
        site.Answers["/api/v1/datasets"] = _ => (502, "<h1>Bad\nGateway</h1>" + new string('x', 300));
        site.Answers["/"] = _ => (200, "<ListBucketResult/>");
        site.Answers["/health"] = _ => (503, LoopbackSite.Health("1.4.1", "aaaa00000001", "down"));
        site.Answers["/release.json"] = _ => (200, """{"release":6,"version":"1.4.1"}""");
        var error = await run.FailAsync(Step("10ms"));

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Equal(
            $"""
             Release 1, 1.4.2, does not show itself within 0.01 s (--verify-timeout):
               health at {site.Address}/health: status 503; database is 'down'; version is '1.4.1', not '1.4.2'; schema_revision is 'aaaa00000001', not 'bbbb00000002'
               datasets at {site.Address}/api/v1/datasets: status 502: <h1>Bad Gateway</h1>{new string('x', 180)}…
               page at {site.Address}/: not the site's page: <ListBucketResult/>
               release.json at {site.Address}/release.json: release is '6', not '1'; version is '1.4.1', not '1.4.2'
             Look closer with ./build.sh Diagnose.
             """,
            error.Message);
        Assert.Null(run.Release.Verification);
    }

    [Fact]
    public async Task A_release_without_pages_does_not_compare_them()
    {
        site.Answers.TryRemove("/release.json", out _);
        await run.RecordAsync(r => r with { Frontend = null });
        await run.RunAsync(Step());

        Assert.Equal(["health", "datasets", "page"], run.Release.Verification!.Probes.Select(p => p.Name));
    }

    [Theory]
    [InlineData("no PostgreSQL on this machine", true)]
    [InlineData(null, false)]
    public async Task Only_a_release_without_a_database_may_lack_one(string? withoutDatabase, bool passes)
    {
        site.Answers["/health"] = _ => (200, LoopbackSite.Health("1.4.2", database: "none"));
        await run.RecordAsync(r => r with { WithoutDatabase = withoutDatabase });

        if (passes)
            await run.RunAsync(Step());
        else
            Assert.Contains("database is 'none'", (await run.FailAsync(Step("10ms"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_expects_the_pages_of_the_release_it_went_back_to()
    {
        await run.RecordAsync(r => r with { Rollback = new RollbackRange(8, 6) });
        site.Show("1.4.2", 6);
        await run.RunAsync(Step());

        Assert.NotNull(run.Release.Verification);
    }

    [Fact]
    public async Task An_address_that_does_not_answer_is_named()
    {
        var error = await run.FailAsync(new VerifyStep(new VerificationOptions { ApiUrl = "http://127.0.0.1:1", SiteUrl = site.Address, VerifyTimeout = "10ms" }));

        Assert.Contains("health at http://127.0.0.1:1/health: no answer: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_alone_it_joins_the_release_of_its_own_commit()
    {
        await run.NextAsync();
        await run.RunAsync(Step());

        Assert.True(run.IsOpen);
        Assert.NotNull(run.Release.Verification);
    }

    [Fact]
    public async Task Asked_alone_from_another_commit_it_takes_no_lock_and_writes_no_record()
    {
        await run.NextAsync();
        await using var other = await StepRun.StartAsync(cluster.Options, version: "1.5.0");
        cluster.Requests.Clear();
        await other.RunAsync(Step());

        Assert.False(other.IsOpen);
        Assert.All(cluster.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
        Assert.Contains(other.Log, l => l.StartsWith("I Verifying release 1, ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_newer_revision_is_right_when_the_records_say_that_the_pods_can_live_with_it()
    {
        Assert.Null(Fault(null));
        Assert.Equal("schema_revision is 'cccc00000003', not 'bbbb00000002'", Fault("DROP TABLE t: it is gone"));

        static string? Fault(string? breaking)
        {
            var good = Releases.Given.Good(1) with { Migration = new MigrationResult(null, "bbbb00000002", ["bbbb00000002"]) };
            var newer = Releases.Given.Ended(2, ReleaseOutcome.PutBack) with { Migration = new MigrationResult("bbbb00000002", "cccc00000003", []) { Verdicts = [new("cccc00000003", ["bbbb00000002"], breaking, 1)] } };
            return Probes.HealthFault(new Answer(200, LoopbackSite.Health("1.1.0", "cccc00000003")), ExpectedRelease.Of(good, new ReleaseHistory([newer, good])));
        }
    }

    [Fact]
    public async Task Where_nothing_was_released_it_refuses()
    {
        var empty = new LoopbackCluster();
        await empty.InitializeAsync();
        await using var first = await StepRun.StartAsync(empty.Options);
        var error = await first.FailAsync(Step());
        await empty.DisposeAsync();

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains("Nothing was released to the namespace 'product' yet", error.Message, StringComparison.Ordinal);
    }

    private VerifyStep Step(string timeout = "5s") => new(new VerificationOptions { ApiUrl = site.Address, SiteUrl = $"{site.Address}/", VerifyTimeout = timeout });

    /// <summary>Leaves in the record what a deployment leaves.</summary>
    private sealed class Deployed : IStep
    {
        public string Name => "Deploy";

        public async Task RunAsync(StepContext context, CancellationToken cancellation)
        {
            await context.OpenReleaseAsync(cancellation);
            await context.Ledger.UpdateAsync(
                r => r with
                {
                    Migration = new MigrationResult("aaaa00000001", "bbbb00000002", ["bbbb00000002"]),
                    Rollout = new RolloutResult([], 0),
                    Frontend = new FrontendResult("site", "releases/1/", System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty, [], [], 0),
                },
                cancellation);
        }
    }
}
