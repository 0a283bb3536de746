using System.Collections.Immutable;
using System.Text;
using Pipeline.Cluster;
using Pipeline.Frontend;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Rollbacks;
using Pipeline.Rollouts;
using Pipeline.Tests.Frontend;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Verification;
using Pipeline.Verification;

namespace Pipeline.Tests.Rollbacks;

/// <summary>The way back for pages that a run left when it died.</summary>
public sealed class RollbackPagesTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackSiteStore store = new();
    private readonly LoopbackCdn cdn = new();
    private readonly LoopbackSite site = new();
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        await store.StartAsync();
        await cdn.StartAsync();
        await site.InitializeAsync();
        site.Show("1.6.0", 6);
        run = await StepRun.StartAsync(cluster.Options);
        await KeepAsync(Given.Good(6) with { WithoutDatabase = "the test says so", Frontend = Pages(6, "index.html") });
        using var connection = ClusterConnection.Open(cluster.Options);
        await new ManifestArchive(connection).WriteAsync(6, [], default);
        Put("releases/6/index.html", "six");
        Put("index.html", "seven");
        Put("news.html", "seven");
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await site.DisposeAsync();
        await cdn.DisposeAsync();
        await store.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_page_that_the_run_was_about_to_write_goes_away()
    {
        await KeepAsync(Died("SyncFrontend"));
        await run.RunAsync(Rollback());

        Assert.Equal(["copy index.html", "delete news.html"], store.Changes);
        Assert.Equal(["/", "/index.html", "/news.html"], Assert.Single(cdn.Invalidations.Values).Order());
    }

    [Theory]
    [InlineData(ReleaseOutcome.Unfinished)]
    [InlineData(ReleaseOutcome.NotPutBack)]
    public async Task A_rollback_that_ended_after_the_pages_is_gone_on_with_at_the_edges(ReleaseOutcome outcome)
    {
        await KeepAsync(Died("SyncFrontend") with { Outcome = ReleaseOutcome.NotPutBack });
        await KeepAsync(Given.Back(8, 6, 6, outcome) with { Frontend = Pages(6, "index.html"), Steps = [new StepRecord("Rollback", StepState.Running, Given.Moment)] });
        Put("index.html", "six");
        await run.RunAsync(Rollback());

        Assert.Equal(["delete news.html"], store.Changes);
        Assert.Equal(["/", "/index.html", "/news.html"], Assert.Single(cdn.Invalidations.Values).Order());
    }

    [Theory]
    [InlineData(ReleaseOutcome.Unfinished)]
    [InlineData(ReleaseOutcome.NotPutBack)]
    public async Task Edges_that_were_told_of_pages_which_only_the_bucket_put_back_are_told_again(ReleaseOutcome outcome)
    {
        await KeepAsync(Died("SyncFrontend") with { Outcome = outcome, Invalidation = new InvalidationResult("E1", "I0", ["/index.html", "/news.html"], true) });
        // A deploy that was refused since changes nothing of that.
        await KeepAsync(Given.Ended(8, ReleaseOutcome.Failed));
        Put("index.html", "six");
        store.Objects.TryRemove("news.html", out _);
        await run.RunAsync(Rollback());

        Assert.Empty(store.Changes);
        Assert.Equal(["/", "/index.html", "/news.html"], Assert.Single(cdn.Invalidations.Values).Order());
    }

    [Fact]
    public async Task Edges_that_a_rollback_told_are_not_told_again_when_its_pods_are_brought_back_later()
    {
        await KeepAsync(Died("SyncFrontend") with { Outcome = ReleaseOutcome.NotPutBack });
        await KeepAsync(Given.Back(8, 6, 6, ReleaseOutcome.NotPutBack) with { Frontend = Pages(6, "index.html"), Invalidation = new InvalidationResult("E1", "I0", ["/index.html"], true) });
        Put("index.html", "six");
        store.Objects.TryRemove("news.html", out _);
        await run.RunAsync(Rollback());

        Assert.Empty(cdn.Invalidations);
    }

    [Fact]
    public async Task A_run_that_died_before_the_pages_leaves_the_edges_alone()
    {
        await KeepAsync(Died("Migrate") with { Frontend = null });
        Put("index.html", "six");
        await run.RunAsync(Rollback());

        Assert.Empty(store.Changes);
        Assert.Empty(cdn.Invalidations);
    }

    private static Release Died(string step) => Given.Ended(7, ReleaseOutcome.Unfinished) with
    {
        Frontend = Pages(7, "index.html", "news.html") with { Changed = ["index.html", "news.html"] },
        Steps = [new StepRecord(step, StepState.Running, Given.Moment)],
    };

    private static FrontendResult Pages(int release, params string[] pages) =>
        new("site", $"releases/{release}/", ImmutableSortedDictionary<string, string>.Empty, [.. pages], [], 0);

    private async Task KeepAsync(Release release)
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        Assert.True(await new RecordStore(connection).TryCreateAsync(release, default));
    }

    private void Put(string key, string content) => store.Objects[key] = new SiteObject(Encoding.UTF8.GetBytes(content), "no-cache", "text/html", null);

    private RollbackStep Rollback() => new(
        new RollbackOptions { Reason = "the run died" },
        new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" },
        store.Options(folder.Path),
        cdn.Options,
        new VerificationOptions { ApiUrl = site.Address, SiteUrl = site.Address },
        new SchemaReturnOptions { Database = new() });
}
