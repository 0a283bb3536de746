using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Cluster;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Rollbacks;
using Pipeline.Tests.Frontend;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Rollbacks;

/// <summary>What a release says at its end of the way back to the one before.</summary>
public sealed class WayBackProofTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackRegistry registry = new();
    private readonly LoopbackSiteStore store = new();
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    private string Repository => $"{registry.Authority}/team/api";

    private StepOf Look => new("Verify", async (c, stop) =>
    {
        await c.OpenReleaseAsync(stop);
        await c.Ledger.UpdateAsync(r => r with { Migration = new MigrationResult("aaaa", "aaaa", []) }, stop);
        await new WayBackProof(new WayBackOptions(new ImageOptions { ImageContext = folder.Path, RegistryUrl = registry.Authority, ImageRepository = "team/api" }, store.Options(folder.Path)), c).ShowAsync(stop);
    });

    private string Line => Assert.Single(run.Summary, l => l.StartsWith("way back", StringComparison.Ordinal));

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        await registry.StartAsync();
        await store.StartAsync();
        var digest = registry.Store("team/api", "1.1.0", "{}");
        using var connection = ClusterConnection.Open(cluster.Options);
        await new ManifestArchive(connection).WriteAsync(1, [], default);
        await new RecordStore(connection).TryCreateAsync(Given.Good(1) with
        {
            Rollout = new Pipeline.Rollouts.RolloutResult([new Pipeline.Rollouts.AppliedObject("v1", "Service", "api")], 1),
            Image = new ImageResult(Repository, "1.1.0", digest, ""),
            Migration = new MigrationResult(null, "aaaa", ["aaaa"]),
            Frontend = new FrontendResult("site", "releases/1/", ImmutableSortedDictionary.CreateRange([Put("index.html", "releases/1/index.html"), Put("assets/a.js", "assets/a.js")]), ["index.html"], [], 2),
        }, default);
        run = await StepRun.StartAsync(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await store.DisposeAsync();
        await registry.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_way_that_is_whole_is_one_line_and_in_the_record()
    {
        await run.RunAsync(Look);

        Assert.Equal("way back     release 1 (1.1.0): image, pages, manifests there; schema at the same revision aaaa", Line);
        Assert.Equal((1, 4), (run.Release.WayBack!.Release, run.Release.WayBack.Parts.Count(p => p.State == WayBackState.There)));
    }

    [Fact]
    public async Task What_is_missing_is_named_and_is_no_failure()
    {
        registry.Forget();
        store.Objects.TryRemove("releases/1/index.html", out _);
        using (var connection = ClusterConnection.Open(cluster.Options))
            await new ManifestArchive(connection).DeleteAsync(1, default);
        await run.RunAsync(Look);

        Assert.Null(run.ExitCode);
        Assert.Contains("image MISSING, " + Repository, Line, StringComparison.Ordinal);
        Assert.Contains("pages MISSING, 1 of 2 files are not in the bucket 'site' as they were, releases/1/index.html among them", Line, StringComparison.Ordinal);
        Assert.Contains("manifests MISSING, The manifests of release 1 are not kept", Line, StringComparison.Ordinal);
        Assert.Equal(3, run.Log.Count(l => l.StartsWith("W The way back to release 1 (1.1.0) is not whole: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_page_with_another_hash_is_not_the_page_that_was_kept()
    {
        store.Objects["releases/1/index.html"] = store.Objects["releases/1/index.html"] with { Sha256 = "other" };
        await run.RunAsync(Look);

        Assert.Contains("pages MISSING", Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pages_of_a_release_that_published_none_are_those_that_it_served_with()
    {
        using (var connection = ClusterConnection.Open(cluster.Options))
            await new RecordStore(connection).TryCreateAsync(Given.Good(2), default);
        await run.RunAsync(Look);

        Assert.Equal(WayBackState.There, run.Release.WayBack!.Parts.Single(p => p.Name == "pages").State);
        store.Objects.TryRemove("releases/1/index.html", out _);
        await run.RunAsync(Look);

        Assert.Equal(WayBackState.Missing, run.Release.WayBack!.Parts.Single(p => p.Name == "pages").State);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_not_called_empty()
    {
        registry.Failures = int.MaxValue;
        await run.RunAsync(Look);

        Assert.Contains("image not known, no answer within 5 s", Line, StringComparison.Ordinal);
        Assert.Null(run.ExitCode);
    }

    [Theory]
    [InlineData(false, "pages not known, 1 of 2 files were looked at within 5 s, and all of them are there")]
    [InlineData(true, "pages MISSING, 1 of 1 files are not in the bucket 'site' as they were, releases/1/index.html among them; for the other 1 the time was too short")]
    public async Task Of_a_site_that_is_too_large_for_the_time_it_tells_what_was_seen_by_then(bool isLost, string expected)
    {
        store.Silent = "assets/a.js";
        if (isLost)
            store.Objects.TryRemove("releases/1/index.html", out _);
        await run.RunAsync(Look);

        Assert.Contains(expected, Line, StringComparison.Ordinal);
        Assert.Null(run.ExitCode);
    }

    [Fact]
    public async Task What_fails_in_an_unforeseen_way_is_not_known_and_no_failure()
    {
        var (_, hash) = Put("no list at all", "releases/1.files.json.gz");
        using (var connection = ClusterConnection.Open(cluster.Options))
        {
            var records = new RecordStore(connection);
            var first = (await records.ReadAsync(default)).Latest!;
            await records.WriteAsync(first with { Frontend = first.Frontend! with { List = new SiteFileList("releases/1.files.json.gz", hash, 2, 1) } }, default);
        }

        await run.RunAsync(Look);

        Assert.Contains("image, manifests there; pages not known, ", Line, StringComparison.Ordinal);
        Assert.Null(run.ExitCode);
    }

    [Fact]
    public async Task A_first_release_has_none()
    {
        using (var connection = ClusterConnection.Open(cluster.Options))
            await new RecordStore(connection).DeleteAsync(1, default);
        await run.RunAsync(Look);

        Assert.Equal("way back     none yet: no verified release before this one is kept", Line);
        Assert.Null(run.Release.WayBack);
    }

    private KeyValuePair<string, string> Put(string name, string key)
    {
        var content = Encoding.UTF8.GetBytes(name);
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        store.Objects[key] = new SiteObject(content, "no-cache", "text/html", hash);
        return new(name, hash);
    }
}
