using System.Collections.Immutable;
using System.Text;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Releases;

namespace Pipeline.Tests.Frontend;

public sealed class PageSwitchTests : IAsyncLifetime
{
    private static readonly Release Target = new()
    {
        Environment = "test",
        Key = "k",
        Version = "1.4.2",
        Commit = "c",
        StartedBy = "me",
        Number = 3,
        Frontend = Pages("releases/3/", "index.html", "error.html"),
    };

    private readonly LoopbackSiteStore store = new();

    public Task InitializeAsync() => store.StartAsync();

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task The_pages_of_an_earlier_release_serve_again_with_their_headers_the_first_page_last()
    {
        Put("releases/3/index.html", "three");
        Put("releases/3/error.html", "sorry three");
        Put("index.html", "four");
        Put("error.html", "sorry four");
        Put("news.html", "four");

        var changed = await BackAsync(Pages("releases/4/", "index.html", "error.html", "news.html"));

        Assert.Equal(["copy error.html", "copy index.html", "delete news.html"], store.Changes);
        Assert.Equal("three", Encoding.UTF8.GetString(store.Objects["index.html"].Content));
        Assert.Equal("no-cache", store.Objects["index.html"].CacheControl);
        Assert.Equal(["error.html", "index.html", "news.html"], changed);
    }

    [Fact]
    public async Task Repeating_it_changes_nothing()
    {
        Put("releases/3/index.html", "three");
        Put("releases/3/error.html", "sorry three");
        Put("index.html", "three");
        Put("error.html", "sorry three");

        Assert.Empty(await BackAsync(Target.Frontend));
        Assert.Empty(store.Changes);
    }

    [Fact]
    public async Task Nothing_is_switched_while_a_page_is_missing()
    {
        Put("releases/3/index.html", "three");
        Put("index.html", "four");

        var error = await Assert.ThrowsAsync<FailureException>(() => BackAsync(null));

        Assert.Equal("The bucket 'site' no longer holds 'releases/3/error.html', a page of release 3. Choose another release with --rollback-to.", error.Message);
        Assert.Empty(store.Changes);
    }

    [Fact]
    public async Task A_list_that_is_lost_keeps_only_what_needs_it_from_going_back()
    {
        Put("releases/3/index.html", "three");
        Put("releases/3/error.html", "sorry three");
        Put("index.html", "four");
        var lost = Pages("releases/4/") with { List = new SiteFileList("releases/4.files.json.gz", "0", 9, 9) };

        Assert.Equal(["error.html", "index.html"], await BackAsync(lost));
        var error = await Assert.ThrowsAsync<FailureException>(() => new PageSwitch(store.Options(".")).BackToAsync(Target with { Frontend = lost }, [], default));
        Assert.Contains("no longer holds 'releases/4.files.json.gz'", error.Message, StringComparison.Ordinal);
    }

    private async Task<string[]> BackAsync(FrontendResult? live) => [.. await new PageSwitch(store.Options(".")).BackToAsync(Target, live is null ? [] : [live], default)];

    private void Put(string key, string content) =>
        store.Objects[key] = new SiteObject(Encoding.UTF8.GetBytes(content), key.StartsWith("releases/", StringComparison.Ordinal) ? "no-cache" : "max-age=60", "text/html", null);

    private static FrontendResult Pages(string kept, params string[] pages) =>
        new("site", kept, ImmutableSortedDictionary<string, string>.Empty, [.. pages], [], 0);
}
