using System.Text;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Frontend;

public sealed class SyncFrontendStepTests : SyncTests
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Web.Write("build/error.html", "sorry");
        Web.Write("build/assets/index-BxX1a2b3.js", "console.log(1)");
        Web.Write("build/assets/app-Ab3dEf9H.wasm", "wasm");
        Web.Write("build/config.json", "a developer's own");
    }

    [Fact]
    public async Task Assets_come_first_then_the_kept_pages_then_the_live_ones_and_the_first_page_last()
    {
        await Run.RunAsync(Step);

        var order = Store.Changes.ToList();
        Assert.Equal("put index.html", order[^1]);
        Assert.Equal(["put config.json", "put error.html", "put release.json"], order.Skip(7).Take(3).Order());
        Assert.Equal("put releases/1.files.json.gz", order[6]);
        Assert.Equal(
            ["put assets/app-Ab3dEf9H.wasm", "put assets/index-BxX1a2b3.js", "put releases/1/config.json", "put releases/1/error.html", "put releases/1/index.html", "put releases/1/release.json"],
            order.Take(6).Order());
        Assert.Equal("changed      the site: 10 objects written to the bucket 'site'", Assert.Single(Run.Summary));
    }

    [Fact]
    public async Task Every_object_has_its_headers_and_goes_up_in_one_plain_piece()
    {
        await Run.RunAsync(Step);

        var page = Store.Objects["index.html"];
        Assert.Equal(("no-cache", "text/html; charset=utf-8"), (page.CacheControl, page.ContentType));
        var asset = Store.Objects["assets/app-Ab3dEf9H.wasm"];
        Assert.Equal(("public, max-age=31536000, immutable", "application/wasm"), (asset.CacheControl, asset.ContentType));
        Assert.Equal(new SiteFile("a", asset.Content).Sha256, asset.Sha256);
        // Stores that are not Amazon's know neither chunks nor trailing checksums.
        Assert.All(Store.Uploads.Values, h =>
        {
            Assert.Matches("^[0-9a-f]{64}$", h["x-amz-content-sha256"].ToString());
            Assert.False(h.ContainsKey("Content-Encoding"));
            Assert.False(h.ContainsKey("x-amz-trailer"));
            Assert.False(h.ContainsKey("Expect"));
        });
    }

    [Theory]
    [InlineData("index.html")]
    [InlineData("releases/1/error.html")]
    [InlineData("assets/index-BxX1a2b3.js")]
    public async Task What_is_gone_or_another_since_an_earlier_run_is_written_again(string key)
    {
        await Run.RunAsync(Step);
        await Run.NextAsync();
        var before = Store.Objects[key];
        Store.Objects.TryRemove(key, out _);
        await Run.RunAsync(Step);
        Assert.Equal(before.Content, Store.Objects[key].Content);

        // Says that it is the same, and is not.
        Store.Objects[key] = before with { Content = [1, 2, 3], ETag = "\"etag\"" };
        await Run.NextAsync();
        await Run.RunAsync(Step);
        Assert.Equal(before.Content, Store.Objects[key].Content);
    }

    [Fact]
    public async Task The_environment_and_the_release_are_written_beside_the_build()
    {
        await Run.RunAsync(Step);

        Assert.Equal("{\n  \"apiUrl\": \"https://api.example.com\"\n}", TextOf("config.json"));
        Assert.Equal($"{{\n  \"release\": 1,\n  \"version\": \"1.4.2\",\n  \"commit\": \"{Run.Release.Commit}\"\n}}", TextOf("release.json"));
    }

    [Fact]
    public async Task The_record_says_what_the_CDN_must_forget()
    {
        await Run.RunAsync(Step);

        var result = Run.Release.Frontend!;
        Assert.Equal(("site", "releases/1/", 10), (result.Bucket, result.Kept, result.Uploaded));
        Assert.Equal(["config.json", "error.html", "index.html", "release.json"], result.Changed.AsEnumerable());
        Assert.Equal((6, 4), (result.List!.Files, result.List.Pages));
    }

    [Fact]
    public async Task A_second_run_writes_nothing()
    {
        await Run.RunAsync(Step);
        await Run.NextAsync();
        Store.Changes.Clear();
        await Run.RunAsync(Step);

        Assert.Empty(Store.Changes);
        Assert.Equal("left alone   the site: the bucket 'site' has all 6 files", Assert.Single(Run.Summary));
        // The CDN may not have been told yet.
        Assert.Equal(4, Run.Release.Frontend!.Changed.Length);
    }

    [Fact]
    public async Task Content_that_another_tool_put_there_is_left_alone_when_its_headers_are_right()
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(Web.Path, "build/error.html"));
        Store.Objects["error.html"] = new SiteObject(content, "no-cache", "text/html; charset=utf-8", null);
        await Run.RunAsync(Step);

        Assert.DoesNotContain("put error.html", Store.Changes);
    }

    [Theory]
    [InlineData("max-age=3600", "text/html; charset=utf-8")]
    [InlineData("no-cache", "text/html")]
    public async Task Headers_alone_are_reason_enough_to_write(string cacheControl, string contentType)
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(Web.Path, "build/error.html"));
        Store.Objects["error.html"] = new SiteObject(content, cacheControl, contentType, new SiteFile("", content).Sha256);
        await Run.RunAsync(Step);

        Assert.Equal("no-cache", Store.Objects["error.html"].CacheControl);
        Assert.Equal("text/html; charset=utf-8", Store.Objects["error.html"].ContentType);
    }

    [Fact]
    public async Task An_object_that_went_up_in_parts_is_compared_by_the_hash_that_it_carries()
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(Web.Path, "build/error.html"));
        Store.Objects["error.html"] = new SiteObject(content, "no-cache", "text/html; charset=utf-8", new SiteFile("", content).Sha256) { ETag = "\"0123456789abcdef0123456789abcdef-2\"" };
        await Run.RunAsync(Step);

        Assert.DoesNotContain("put error.html", Store.Changes);
    }

    [Fact]
    public async Task Uploads_run_side_by_side()
    {
        Store.WaitFor = 4;
        await Run.RunAsync(Step);

        Assert.True(Store.MostInFlight >= 4, $"only {Store.MostInFlight} at once");
    }

    [Theory]
    [InlineData("assets/index-BxX1a2b3.js")]
    [InlineData("releases/1/error.html")]
    public async Task An_upload_that_fails_switches_and_deletes_nothing(string refused)
    {
        Store.Objects["index.html"] = new SiteObject("old"u8.ToArray(), "no-cache", "text/html; charset=utf-8", null);
        Store.Refused = refused;
        var error = await Run.FailAsync(Step);

        Assert.Equal($"The bucket 'site' at http://{Store.Authority}: these credentials may not use it (AccessDenied). Check AWS_ACCESS_KEY_ID, AWS_PROFILE or the instance's role.", error.Message);
        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Equal("old", TextOf("index.html"));
        Assert.DoesNotContain(Store.Changes, c => c.StartsWith("delete", StringComparison.Ordinal) || c is "put error.html" or "put config.json" or "put release.json");
        Assert.Null(Run.Release.Frontend);
    }

    [Fact]
    public async Task A_first_release_whose_last_page_fails_puts_back_what_it_found()
    {
        Store.Objects["index.html"] = new SiteObject("old"u8.ToArray(), "max-age=60", "text/html", null);
        Store.Refused = "index.html";
        var error = await Run.FailAsync(Step);

        // index.html itself was not written, so that nothing has to be copied onto it.
        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal("old", TextOf("index.html"));
        Assert.Equal("max-age=60", Store.Objects["index.html"].CacheControl);
        Assert.All((string[])["error.html", "config.json", "release.json"], k => Assert.False(Store.Objects.ContainsKey(k)));
    }

    [Fact]
    public async Task A_first_release_that_is_tried_again_does_not_take_its_own_pages_for_those_it_found()
    {
        Store.Objects["error.html"] = new SiteObject("old"u8.ToArray(), "max-age=60", "text/html", null);
        await Run.RunAsync(Step);
        await Run.NextAsync();
        await Run.RunAsync(Step);
        await Run.FailAsync(new Failing());

        Assert.Equal("old", TextOf("error.html"));
        Assert.All((string[])["index.html", "config.json", "release.json"], k => Assert.False(Store.Objects.ContainsKey(k)));
    }

    [Fact]
    public async Task What_a_first_release_finds_is_kept_as_release_0()
    {
        Store.Objects["error.html"] = new SiteObject("old"u8.ToArray(), "max-age=60", "text/html", null);
        Store.Objects["ours.html"] = new SiteObject("ours"u8.ToArray(), "max-age=60", "text/html", null);
        await Run.RunAsync(Step);

        var found = Run.Session.Ledger.History.Find(0)!;
        Assert.Equal((1, "found", true), (found.FoundBy, found.Version, found.IsGood));
        Assert.Equal(1, found.Frontend!.List!.Pages);
        Assert.Equal("old", TextOf("releases/0/error.html"));
        Assert.False(Store.Objects.ContainsKey("releases/0/ours.html"));
        await Run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        Assert.Same(found, Run.Session.Ledger.History.Live);
    }

    [Fact]
    public async Task A_first_release_that_finds_no_page_records_none()
    {
        await Run.RunAsync(Step);
        await Run.NextAsync();
        await Run.RunAsync(Step);

        Assert.Null(Run.Session.Ledger.History.Find(0));
        Assert.Equal(["SyncFrontend"], Run.Release.Looked.AsEnumerable());
    }

    [Fact]
    public async Task A_release_whose_list_is_lost_is_followed_by_the_next_one()
    {
        await SucceedAsync();
        Store.Objects.TryRemove("releases/1.files.json.gz", out _);
        await NewVersionAsync("1.5.0");
        File.Delete(Path.Combine(Web.Path, "build/error.html"));
        await Run.RunAsync(Step);

        Assert.True(Store.Objects.ContainsKey("error.html"));
        Assert.Contains(Run.Log, l => l.StartsWith("W Pages that only the release before has stay: ", StringComparison.Ordinal));
        Assert.Equal(["config.json", "index.html", "release.json"], Run.Release.Frontend!.Changed.AsEnumerable());
    }

    [Fact]
    public async Task What_the_step_follows_from_is_recorded_as_a_hash()
    {
        await Run.RunAsync(Step);
        var first = Run.Release.Steps.Single().Inputs;
        await Run.RunAsync(Step);
        Assert.Matches("^[0-9a-f]{64}$", first);
        Assert.Equal(first, Run.Release.Steps.Single().Inputs);

        Web.Write("build/about.html", "new");
        await Run.RunAsync(Step);
        Assert.NotEqual(first, Run.Release.Steps.Single().Inputs);
    }

    [Fact]
    public async Task The_next_release_removes_pages_that_are_gone_and_leaves_old_assets_for_old_pages()
    {
        await SucceedAsync();
        await NewVersionAsync("1.5.0");
        File.Delete(Path.Combine(Web.Path, "build/error.html"));
        File.Delete(Path.Combine(Web.Path, "build/assets/index-BxX1a2b3.js"));
        Web.Write("build/assets/index-CyY9z8w7.js", "console.log(2)");
        Web.Write("build/index.html", "<script src=assets/index-CyY9z8w7.js>");
        await Run.RunAsync(Step);

        Assert.False(Store.Objects.ContainsKey("error.html"));
        Assert.True(Store.Objects.ContainsKey("releases/1/error.html"));
        Assert.True(Store.Objects.ContainsKey("assets/index-BxX1a2b3.js"));
        Assert.Equal(["error.html", "index.html", "release.json"], Run.Release.Frontend!.Changed.AsEnumerable());
    }

    [Fact]
    public async Task A_release_that_fails_after_its_pages_puts_the_pages_before_back()
    {
        await SucceedAsync();
        await NewVersionAsync("1.5.0");
        File.Delete(Path.Combine(Web.Path, "build/error.html"));
        Web.Write("build/about.html", "new");
        Web.Write("build/index.html", "new");
        await Run.RunAsync(Step);
        Store.Changes.Clear();
        var error = await Run.FailAsync(new Failing());

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.StartsWith("<script", TextOf("index.html"), StringComparison.Ordinal);
        Assert.Equal("sorry", TextOf("error.html"));
        Assert.Contains("\"version\": \"1.4.2\"", TextOf("release.json"), StringComparison.Ordinal);
        Assert.False(Store.Objects.ContainsKey("about.html"));
        Assert.DoesNotContain("copy config.json", Store.Changes);
    }

    [Fact]
    public async Task A_site_that_was_not_built_is_refused()
    {
        File.Delete(Path.Combine(Web.Path, "build/index.html"));
        var error = await Run.FailAsync(Step);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal($"'{Path.Combine(Web.Path, "build")}' holds no index.html. Run ./build.sh BuildFrontend first.", error.Message);
    }

    private SyncFrontendStep Step => new(Store.Options(Web.Path), new CdnOptions());

    private string TextOf(string key) => Encoding.UTF8.GetString(Store.Objects[key].Content);

    private async Task SucceedAsync()
    {
        await Run.RunAsync(Step);
        await Run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        Store.Changes.Clear();
    }

    private async Task NewVersionAsync(string version)
    {
        await Run.DisposeAsync();
        Run = await StepRun.StartAsync(Cluster.Options, version: version);
    }

    private sealed class Failing : IStep
    {
        public string Name => "Verify";

        public Task RunAsync(StepContext context, CancellationToken cancellation) => throw new FailureException("The page is broken.");
    }
}
