using System.Collections.Immutable;
using Pipeline.Errors;
using Pipeline.Frontend;

namespace Pipeline.Tests.Frontend;

public sealed class SiteFilesTests : IAsyncLifetime
{
    private readonly LoopbackSiteStore store = new();
    private SiteBucket bucket = null!;

    public async Task InitializeAsync()
    {
        await store.StartAsync();
        bucket = new SiteBucket(store.Options("."));
    }

    public async Task DisposeAsync()
    {
        bucket.Dispose();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task The_list_in_a_record_of_format_1_is_read_as_it_is()
    {
        var files = await SiteFiles.ReadAsync(bucket, Recorded(null) with
        {
            Files = ImmutableSortedDictionary<string, string>.Empty.Add("a.js", "1").Add("index.html", "2"),
            Pages = ["index.html"],
        }, default);

        Assert.Equal([new("index.html", "2")], files.Pages);
        Assert.Equal([new("a.js", "1")], files.Assets);
    }

    [Fact]
    public async Task The_same_list_is_kept_only_once()
    {
        var list = await Files("2").KeepAsync(bucket, "releases/7/", default);
        Assert.Equal(list, await Files("2").KeepAsync(bucket, "releases/7/", default));

        Assert.Equal(["put releases/7.files.json.gz"], store.Changes);
        Assert.Equal((2, 1), (list.Files, list.Pages));
    }

    [Fact]
    public async Task A_list_that_is_gone_is_named()
    {
        var list = await Files("2").KeepAsync(bucket, "releases/7/", default);
        store.Objects.Clear();
        var error = await Assert.ThrowsAsync<FailureException>(() => SiteFiles.ReadAsync(bucket, Recorded(list), default));

        Assert.Equal("The bucket 'site' no longer holds 'releases/7.files.json.gz', the list of the site's files that the record refers to.", error.Message);
    }

    [Fact]
    public async Task Another_list_under_its_name_is_not_taken_for_it()
    {
        var list = await Files("2").KeepAsync(bucket, "releases/7/", default);
        await Files("3").KeepAsync(bucket, "releases/7/", default);
        var error = await Assert.ThrowsAsync<FailureException>(() => SiteFiles.ReadAsync(bucket, Recorded(list), default));

        Assert.StartsWith("'releases/7.files.json.gz' in the bucket 'site' is not the list of the site's files that the record refers to: its SHA-256 is '", error.Message, StringComparison.Ordinal);
    }

    private static SiteFiles Files(string page) => new(new Dictionary<string, string> { ["index.html"] = page }, new Dictionary<string, string> { ["a.js"] = "1" });

    private static FrontendResult Recorded(SiteFileList? list) => new("site", "releases/7/", ImmutableSortedDictionary<string, string>.Empty, [], [], 0, null, list);
}
