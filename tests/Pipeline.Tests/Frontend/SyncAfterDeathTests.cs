using System.Collections.Immutable;
using Pipeline.Cluster;
using Pipeline.Frontend;
using Pipeline.Releases;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Frontend;

/// <summary>What a run that dies among the pages leaves for the next.</summary>
public sealed class SyncAfterDeathTests : SyncTests
{
    [Fact]
    public async Task The_record_names_the_pages_before_one_of_them_is_live()
    {
        var named = new List<bool>();
        Store.BeforePut = key =>
        {
            if (key == "index.html")
                named.Add(((string)Cluster.Objects["api/v1/namespaces/product/configmaps/pipeline-release-1"]["data"]!["release.json"]!).Contains("\"kept\": \"releases/1/\"", StringComparison.Ordinal));
        };
        await Run.RunAsync(Step);

        Assert.Equal([true], named);
    }

    [Fact]
    public async Task Pages_of_releases_that_died_in_between_are_removed()
    {
        await Run.RunAsync(Step);
        await Run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded, Verification = new([]) });
        await Run.NextAsync();
        using var connection = ClusterConnection.Open(Cluster.Options);
        var died = Given.Good(2) with
        {
            Environment = "test",
            Outcome = ReleaseOutcome.NotPutBack,
            Verification = null,
            Frontend = new FrontendResult("site", "releases/2/", ImmutableSortedDictionary<string, string>.Empty, ["index.html", "news.html"], [], 0),
        };
        Assert.True(await new RecordStore(connection).TryCreateAsync(died, default));
        Store.Objects["news.html"] = new SiteObject([1], "no-cache", "text/html", null);
        Web.Write("build/index.html", "<script src=assets/index-Zz91a2b3.js>");
        Run.Settings = o => o with { ReleaseVersion = "1.5.0" };
        await Run.RunAsync(Step);

        Assert.Equal(3, Run.Release.Number);
        Assert.Contains("delete news.html", Store.Changes);
        Assert.Contains("news.html", Run.Release.Frontend!.Changed);
    }

    private SyncFrontendStep Step => new(Store.Options(Web.Path), new CdnOptions());
}
