using System.Text;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Releases;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Frontend;

public sealed class SyncFrontendStepTests : IAsyncLifetime
{
    private readonly LoopbackSiteStore store = new();
    private readonly LoopbackCluster cluster = new();
    private readonly TemporaryFolder web = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await store.StartAsync();
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options);
        web.Write("build/index.html", "<script src=assets/index-BxX1a2b3.js>");
        web.Write("build/error.html", "sorry");
        web.Write("build/assets/index-BxX1a2b3.js", "console.log(1)");
        web.Write("build/assets/app-Ab3dEf9H.wasm", "wasm");
        web.Write("build/config.json", "a developer's own");
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        await store.DisposeAsync();
        web.Dispose();
    }

    [Fact]
    public async Task Assets_come_first_then_the_kept_pages_then_the_live_ones_and_the_first_page_last()
    {
        await run.RunAsync(Step);

        var order = store.Changes.ToList();
        Assert.Equal("put index.html", order[^1]);
        Assert.Equal(["put config.json", "put error.html", "put release.json"], order.Skip(6).Take(3).Order());
        Assert.Equal(
            ["put assets/app-Ab3dEf9H.wasm", "put assets/index-BxX1a2b3.js", "put releases/1/config.json", "put releases/1/error.html", "put releases/1/index.html", "put releases/1/release.json"],
            order.Take(6).Order());
        Assert.Equal("changed      the site: 10 objects written to the bucket 'site'", Assert.Single(run.Summary));
    }

    [Fact]
    public async Task Every_object_has_its_headers_and_goes_up_in_one_plain_piece()
    {
        await run.RunAsync(Step);

        var page = store.Objects["index.html"];
        Assert.Equal(("no-cache", "text/html; charset=utf-8"), (page.CacheControl, page.ContentType));
        var asset = store.Objects["assets/app-Ab3dEf9H.wasm"];
        Assert.Equal(("public, max-age=31536000, immutable", "application/wasm"), (asset.CacheControl, asset.ContentType));
        Assert.Equal(new SiteFile("a", asset.Content).Sha256, asset.Sha256);
        // Stores that are not Amazon's know neither chunks nor trailing checksums.
        Assert.All(store.Uploads.Values, h =>
        {
            Assert.Matches("^[0-9a-f]{64}$", h["x-amz-content-sha256"].ToString());
            Assert.False(h.ContainsKey("Content-Encoding"));
            Assert.False(h.ContainsKey("x-amz-trailer"));
            Assert.False(h.ContainsKey("Expect"));
        });
    }

    [Fact]
    public async Task The_environment_and_the_release_are_written_beside_the_build()
    {
        await run.RunAsync(Step);

        Assert.Equal("{\n  \"apiUrl\": \"https://api.example.com\"\n}", TextOf("config.json"));
        Assert.Equal($"{{\n  \"release\": 1,\n  \"version\": \"1.4.2\",\n  \"commit\": \"{run.Release.Commit}\"\n}}", TextOf("release.json"));
    }

    [Fact]
    public async Task The_record_says_what_the_CDN_must_forget()
    {
        await run.RunAsync(Step);

        var result = run.Release.Frontend!;
        Assert.Equal(("site", "releases/1/", 10), (result.Bucket, result.Kept, result.Uploaded));
        Assert.Equal(["config.json", "error.html", "index.html", "release.json"], result.Changed.AsEnumerable());
        Assert.Equal(["config.json", "error.html", "index.html", "release.json"], result.Pages.Order());
        Assert.Equal(6, result.Files.Count);
    }

    [Fact]
    public async Task A_second_run_writes_nothing()
    {
        await run.RunAsync(Step);
        await run.NextAsync();
        store.Changes.Clear();
        await run.RunAsync(Step);

        Assert.Empty(store.Changes);
        Assert.Equal("left alone   the site: the bucket 'site' has all 6 files", Assert.Single(run.Summary));
        // The CDN may not have been told yet.
        Assert.Equal(4, run.Release.Frontend!.Changed.Length);
    }

    [Fact]
    public async Task Content_that_another_tool_put_there_is_left_alone_when_its_headers_are_right()
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(web.Path, "build/error.html"));
        store.Objects["error.html"] = new SiteObject(content, "no-cache", "text/html; charset=utf-8", null);
        await run.RunAsync(Step);

        Assert.DoesNotContain("put error.html", store.Changes);
    }

    [Theory]
    [InlineData("max-age=3600", "text/html; charset=utf-8")]
    [InlineData("no-cache", "text/html")]
    public async Task Headers_alone_are_reason_enough_to_write(string cacheControl, string contentType)
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(web.Path, "build/error.html"));
        store.Objects["error.html"] = new SiteObject(content, cacheControl, contentType, new SiteFile("", content).Sha256);
        await run.RunAsync(Step);

        Assert.Equal("no-cache", store.Objects["error.html"].CacheControl);
        Assert.Equal("text/html; charset=utf-8", store.Objects["error.html"].ContentType);
    }

    [Fact]
    public async Task An_object_that_went_up_in_parts_is_compared_by_the_hash_that_it_carries()
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(web.Path, "build/error.html"));
        store.Objects["error.html"] = new SiteObject(content, "no-cache", "text/html; charset=utf-8", new SiteFile("", content).Sha256) { ETag = "\"0123456789abcdef0123456789abcdef-2\"" };
        await run.RunAsync(Step);

        Assert.DoesNotContain("put error.html", store.Changes);
    }

    [Fact]
    public async Task Uploads_run_side_by_side()
    {
        store.WaitFor = 4;
        await run.RunAsync(Step);

        Assert.True(store.MostInFlight >= 4, $"only {store.MostInFlight} at once");
    }

    [Theory]
    [InlineData("assets/index-BxX1a2b3.js")]
    [InlineData("releases/1/error.html")]
    public async Task An_upload_that_fails_switches_and_deletes_nothing(string refused)
    {
        store.Objects["index.html"] = new SiteObject("old"u8.ToArray(), "no-cache", "text/html; charset=utf-8", null);
        store.Refused = refused;
        var error = await run.FailAsync(Step);

        Assert.Equal($"The bucket 'site' at http://{store.Authority}: these credentials may not use it (AccessDenied). Check AWS_ACCESS_KEY_ID, AWS_PROFILE or the instance's role.", error.Message);
        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Equal("old", TextOf("index.html"));
        Assert.DoesNotContain(store.Changes, c => c.StartsWith("delete", StringComparison.Ordinal) || c is "put error.html" or "put config.json" or "put release.json");
        Assert.Null(run.Release.Frontend);
    }

    [Fact]
    public async Task A_first_release_whose_last_page_fails_puts_back_what_it_found()
    {
        store.Objects["index.html"] = new SiteObject("old"u8.ToArray(), "max-age=60", "text/html", null);
        store.Refused = "index.html";
        var error = await run.FailAsync(Step);

        // index.html itself was not written, so that nothing has to be copied onto it.
        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal("old", TextOf("index.html"));
        Assert.Equal("max-age=60", store.Objects["index.html"].CacheControl);
        Assert.All((string[])["error.html", "config.json", "release.json"], k => Assert.False(store.Objects.ContainsKey(k)));
    }

    [Fact]
    public async Task A_first_release_that_is_tried_again_does_not_take_its_own_pages_for_those_it_found()
    {
        store.Objects["error.html"] = new SiteObject("old"u8.ToArray(), "max-age=60", "text/html", null);
        await run.RunAsync(Step);
        await run.NextAsync();
        await run.RunAsync(Step);
        await run.FailAsync(new Failing());

        Assert.Equal("old", TextOf("error.html"));
        Assert.All((string[])["index.html", "config.json", "release.json"], k => Assert.False(store.Objects.ContainsKey(k)));
    }

    [Fact]
    public async Task The_next_release_removes_pages_that_are_gone_and_leaves_old_assets_for_old_pages()
    {
        await SucceedAsync();
        await NewVersionAsync("1.5.0");
        File.Delete(Path.Combine(web.Path, "build/error.html"));
        File.Delete(Path.Combine(web.Path, "build/assets/index-BxX1a2b3.js"));
        web.Write("build/assets/index-CyY9z8w7.js", "console.log(2)");
        web.Write("build/index.html", "<script src=assets/index-CyY9z8w7.js>");
        await run.RunAsync(Step);

        Assert.False(store.Objects.ContainsKey("error.html"));
        Assert.True(store.Objects.ContainsKey("releases/1/error.html"));
        Assert.True(store.Objects.ContainsKey("assets/index-BxX1a2b3.js"));
        Assert.Equal(["error.html", "index.html", "release.json"], run.Release.Frontend!.Changed.AsEnumerable());
    }

    [Fact]
    public async Task A_release_that_fails_after_its_pages_puts_the_pages_before_back()
    {
        await SucceedAsync();
        await NewVersionAsync("1.5.0");
        File.Delete(Path.Combine(web.Path, "build/error.html"));
        web.Write("build/about.html", "new");
        web.Write("build/index.html", "new");
        await run.RunAsync(Step);
        store.Changes.Clear();
        var error = await run.FailAsync(new Failing());

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.StartsWith("<script", TextOf("index.html"), StringComparison.Ordinal);
        Assert.Equal("sorry", TextOf("error.html"));
        Assert.Contains("\"version\": \"1.4.2\"", TextOf("release.json"), StringComparison.Ordinal);
        Assert.False(store.Objects.ContainsKey("about.html"));
        Assert.DoesNotContain("copy config.json", store.Changes);
    }

    [Fact]
    public async Task A_site_that_was_not_built_is_refused()
    {
        File.Delete(Path.Combine(web.Path, "build/index.html"));
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal($"'{Path.Combine(web.Path, "build")}' holds no index.html. Run ./build.sh BuildFrontend first.", error.Message);
    }

    private SyncFrontendStep Step => new(store.Options(web.Path), new CdnOptions());

    private string TextOf(string key) => Encoding.UTF8.GetString(store.Objects[key].Content);

    private async Task SucceedAsync()
    {
        await run.RunAsync(Step);
        await run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        store.Changes.Clear();
    }

    private async Task NewVersionAsync(string version)
    {
        await run.DisposeAsync();
        run = await StepRun.StartAsync(cluster.Options, version: version);
    }

    private sealed class Failing : IStep
    {
        public string Name => "Verify";

        public Task RunAsync(StepContext context, CancellationToken cancellation) => throw new FailureException("The page is broken.");
    }
}
