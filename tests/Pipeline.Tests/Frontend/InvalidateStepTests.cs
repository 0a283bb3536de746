using System.Collections.Immutable;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Frontend;

public sealed class InvalidateStepTests : IAsyncLifetime
{
    private readonly LoopbackCdn cdn = new();
    private readonly LoopbackSiteStore store = new();
    private readonly LoopbackCluster cluster = new();
    private readonly TemporaryFolder web = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cdn.StartAsync();
        await store.StartAsync();
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options);
        web.Write("build/index.html", "one");
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        await store.DisposeAsync();
        await cdn.DisposeAsync();
        web.Dispose();
    }

    [Fact]
    public async Task The_CDN_forgets_what_the_sync_changed()
    {
        await run.RunAsync(Sync);
        await run.RunAsync(Step);

        Assert.Equal(["/", "/config.json", "/index.html", "/release.json"], cdn.Invalidations["I1"]);
        Assert.Equal(("I1", true), (run.Release.Invalidation!.Id, run.Release.Invalidation.Completed));
        Assert.Contains("changed      the CDN: invalidation I1 of 4 paths, completed", run.Summary);
    }

    [Fact]
    public async Task A_second_run_asks_whether_it_is_so_and_starts_nothing()
    {
        await run.RunAsync(Sync);
        await run.RunAsync(Step);
        await run.NextAsync();
        cdn.Requests.Clear();
        await run.RunAsync(Sync);
        await run.RunAsync(Step);

        Assert.Equal(["GET /2020-05-31/distribution/E1/invalidation/I1"], cdn.Requests);
        Assert.Contains("left alone   the CDN: invalidation I1 covers this release", run.Summary);
    }

    [Fact]
    public async Task An_invalidation_that_the_record_calls_complete_and_the_CDN_does_not_know_is_started_again()
    {
        await run.RunAsync(Sync);
        await run.RunAsync(Step);
        await run.NextAsync();
        cdn.Forget();
        await run.RunAsync(Sync);
        await run.RunAsync(Step);

        Assert.Equal(["/", "/config.json", "/index.html", "/release.json"], Assert.Single(cdn.Invalidations).Value);
        Assert.Contains("W The CDN does not know the invalidation I1 that an earlier run recorded; starting one", run.Log);
    }

    [Fact]
    public async Task An_invalidation_from_before_a_put_back_covers_nothing_of_a_run_that_died_among_the_pages()
    {
        await run.RunAsync(Sync);
        await run.RunAsync(Step);
        var published = run.Release.Frontend!.Published;
        await run.NextAsync();
        store.Objects.TryRemove("index.html", out _);
        store.Refused = "index.html";
        await run.FailAsync(Sync);

        Assert.Null(run.Release.Invalidation);
        Assert.NotEqual(published, run.Release.Frontend!.Published);
    }

    [Fact]
    public async Task An_invalidation_that_was_still_in_progress_is_awaited()
    {
        await run.RunAsync(Sync);
        await run.RunAsync(Step);
        await run.RecordAsync(r => r with { Invalidation = r.Invalidation! with { Completed = false } });
        await run.NextAsync();
        cdn.Polls = 1;
        await run.RunAsync(Sync);
        await run.RunAsync(Step);

        Assert.True(run.Release.Invalidation!.Completed);
        Assert.Single(cdn.Invalidations);
    }

    [Fact]
    public async Task A_release_without_pages_is_refused()
    {
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("Release 1 has no pages in the bucket. Run ./build.sh SyncFrontend first.", error.Message);
    }

    [Fact]
    public async Task Nothing_changed_is_nothing_to_forget()
    {
        await run.RunAsync(Sync);
        await run.RecordAsync(r => r with { Frontend = r.Frontend! with { Changed = ImmutableArray<string>.Empty } });
        await run.RunAsync(Step);

        Assert.Empty(cdn.Requests);
        Assert.Contains("left alone   the CDN: no page changed", run.Summary);
    }

    [Fact]
    public async Task An_invalidation_that_cannot_be_followed_takes_no_release_back()
    {
        cdn.Polls = 1;
        cdn.Unreadable = "AccessDenied";
        await run.RunAsync(Sync);
        await run.RunAsync(Step);

        Assert.False(run.Release.Invalidation!.Completed);
        Assert.Contains(run.Log, l => l.StartsWith("W Invalidation \"I1\" was started, and cannot be followed: ", StringComparison.Ordinal));
        Assert.Contains("changed      the CDN: invalidation I1 of 4 paths, still in progress", run.Summary);
    }

    [Fact]
    public async Task Pages_that_are_put_back_are_forgotten_too_and_a_new_attempt_tells_the_CDN_again()
    {
        await run.RunAsync(Sync);
        await run.RunAsync(Step);
        await run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        await run.DisposeAsync();
        run = await StepRun.StartAsync(cluster.Options, version: "1.5.0");
        web.Write("build/index.html", "two");
        await run.RunAsync(Sync);
        await run.RunAsync(Step);
        await run.FailAsync(new Failing());

        Assert.Equal(["I1", "I2", "I3"], cdn.Invalidations.Keys.Order());
        Assert.Equal(["/", "/index.html", "/release.json"], cdn.Invalidations["I3"]);

        await run.NextAsync();
        await run.RunAsync(Sync);
        await run.RunAsync(Step);
        Assert.Equal(4, cdn.Invalidations.Count);
    }

    private SyncFrontendStep Sync => new(store.Options(web.Path), cdn.Options);

    private InvalidateStep Step => new(cdn.Options);

    private sealed class Failing : IStep
    {
        public string Name => "Verify";

        public Task RunAsync(StepContext context, CancellationToken cancellation) => throw new FailureException("The page is broken.");
    }
}
