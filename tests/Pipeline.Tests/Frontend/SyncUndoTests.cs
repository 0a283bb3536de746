using System.Collections.Immutable;
using System.Text;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Frontend;

/// <summary>Which pages serve again when a step after the pages fails.</summary>
public sealed class SyncUndoTests : SyncTests
{
    [Fact]
    public async Task After_a_release_without_pages_those_that_served_beside_it_come_back()
    {
        Put("index.html", "four");
        Put("releases/4/index.html", "four");
        await KeepAsync(Good(4) with { Frontend = Pages(4) });
        await KeepAsync(Good(5));
        await FailAfterPagesAsync();

        Assert.Equal((6, ExitCode.PutBack, "four"), (Run.Release.Number, Run.ExitCode, TextOf("index.html")));
    }

    [Theory]
    [InlineData(ReleaseOutcome.NotPutBack, "Deploy")]
    [InlineData(ReleaseOutcome.NotPutBack)]
    [InlineData(ReleaseOutcome.Succeeded, "Deploy")]
    public async Task Pages_that_people_made_come_back_although_an_earlier_release_changed_something_else(ReleaseOutcome outcome, params string[] looked)
    {
        Put("index.html", "by hand");
        await KeepAsync(Good(1) with { Outcome = outcome, Looked = [.. looked] });
        await FailAfterPagesAsync();

        Assert.Equal((2, ExitCode.PutBack, "by hand"), (Run.Release.Number, Run.ExitCode, TextOf("index.html")));
        Assert.Equal("by hand", TextOf("releases/0/index.html"));
        Assert.False(Store.Objects.ContainsKey("config.json"));
    }

    [Fact]
    public async Task Pages_that_people_made_come_back_although_an_earlier_rollback_changed_something_else()
    {
        Put("index.html", "by hand");
        await KeepAsync(Good(1));
        await KeepAsync(Good(2));
        await KeepAsync(Given.Back(3, 2, 1) with { WithoutDatabase = "the test says so" });
        await FailAfterPagesAsync();

        Assert.Equal((4, ExitCode.PutBack, "by hand"), (Run.Release.Number, Run.ExitCode, TextOf("index.html")));
        Assert.Null(Run.Session.Ledger.History.Find(0)!.Rollout);
    }

    [Fact]
    public async Task Pages_that_a_rollback_changed_are_not_taken_for_those_of_people()
    {
        Put("index.html", "one");
        Put("releases/1/index.html", "one");
        await KeepAsync(Good(1) with { Frontend = Pages(1) });
        await KeepAsync(Good(2));
        await KeepAsync(Given.Back(3, 2, 1) with { WithoutDatabase = "the test says so", Frontend = Pages(1) });
        await FailAfterPagesAsync();

        Assert.Equal("one", TextOf("index.html"));
        Assert.Null(Run.Session.Ledger.History.Find(0));
    }

    [Fact]
    public async Task Pages_that_are_found_later_leave_what_release_0_has_of_the_cluster()
    {
        Put("index.html", "by hand");
        await KeepAsync(Good(0) with { FoundBy = 1, Rollout = new RolloutResult([new AppliedObject("v1", "Service", "api")], 0) });
        await KeepAsync(Good(1) with { Looked = ["Deploy"] });
        await Run.RunAsync(Step);

        var found = Run.Session.Ledger.History.Find(0)!;
        Assert.Equal(("Service/api", "releases/0/"), ($"{Assert.Single(found.Rollout!.Objects)}", found.Frontend!.Kept));
    }

    [Fact]
    public async Task What_nobody_recorded_of_the_cluster_is_no_empty_namespace_to_go_back_to()
    {
        Put("index.html", "by hand");
        await KeepAsync(Good(1));
        await Run.RunAsync(Step);

        var found = Run.Session.Ledger.History.Find(0)!;
        Assert.Null(found.Rollout);
        Assert.False(found.IsGood);
    }

    [Fact]
    public async Task A_release_that_serves_does_not_take_its_own_pages_for_those_of_people()
    {
        await Run.RunAsync(Step);
        await Run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded, Looked = [] });
        await Run.NextAsync();
        await Run.RunAsync(Step);

        Assert.Null(Run.Session.Ledger.History.Find(0));
    }

    [Fact]
    public async Task Pages_of_a_release_that_was_left_half_done_are_not_taken_for_those_of_people()
    {
        Put("index.html", "one");
        await KeepAsync(Good(1) with { Outcome = ReleaseOutcome.NotPutBack, Looked = ["SyncFrontend"], Frontend = Pages(1) });
        await KeepAsync(Given.Ended(2, ReleaseOutcome.PutBack));
        await FailAfterPagesAsync();

        Assert.Null(Run.Session.Ledger.History.Find(0));
        Assert.False(Store.Objects.ContainsKey("index.html"));
    }

    [Fact]
    public async Task Pages_that_a_release_put_back_are_those_of_the_one_before_and_not_of_people()
    {
        Put("index.html", "four");
        Put("releases/4/index.html", "four");
        await KeepAsync(Good(4) with { Looked = ["SyncFrontend"], Frontend = Pages(4) });
        await KeepAsync(Given.Ended(5, ReleaseOutcome.PutBack) with { Frontend = Pages(5) });
        await FailAfterPagesAsync();

        Assert.Null(Run.Session.Ledger.History.Find(0));
        Assert.Equal("four", TextOf("index.html"));
    }

    [Fact]
    public async Task A_release_that_is_deployed_again_with_other_pages_is_put_back_to_those_that_it_served_with()
    {
        await Run.RunAsync(Step);
        await Run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        var served = Run.Release.Frontend!;
        await Run.NextAsync();
        Web.Write("build/index.html", "<script src=assets/index-Zz91a2b3.js>");
        Web.Write("build/news.html", "new");
        await FailAfterPagesAsync();

        Assert.Equal((1, ExitCode.PutBack), (Run.Release.Number, Run.ExitCode));
        Assert.Equal("<script src=assets/index-BxX1a2b3.js>", TextOf("index.html"));
        Assert.Equal("<script src=assets/index-BxX1a2b3.js>", TextOf("releases/1/index.html"));
        Assert.False(Store.Objects.ContainsKey("news.html"));
        Assert.Equal((served.Kept, served.List), (Run.Release.Frontend!.Kept, Run.Release.Frontend.List));
    }

    [Fact]
    public async Task A_release_that_is_deployed_again_with_the_same_pages_keeps_one_copy_and_has_nothing_to_put_back()
    {
        await Run.RunAsync(Step);
        await Run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        await Run.NextAsync();
        await FailAfterPagesAsync();

        Assert.Equal(ExitCode.Failed, Run.ExitCode);
        Assert.DoesNotContain(Store.Objects.Keys, k => k.StartsWith("releases/1-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_release_that_served_with_older_pages_and_is_deployed_again_with_its_own_is_put_back_to_the_older_ones()
    {
        Put("index.html", "four");
        Put("releases/4/index.html", "four");
        await KeepAsync(Good(4) with { Frontend = Pages(4) });
        await Run.RunAsync(new StepOf("Deploy", (c, stop) => c.OpenReleaseAsync(stop)));
        await Run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        await Run.NextAsync();
        await FailAfterPagesAsync();

        Assert.Equal((5, ExitCode.PutBack, "four"), (Run.Release.Number, Run.ExitCode, TextOf("index.html")));
        Assert.Null(Run.Release.Frontend);
    }

    private SyncFrontendStep Step => new(Store.Options(Web.Path), new CdnOptions());

    private async Task FailAfterPagesAsync()
    {
        await Run.RunAsync(Step);
        Assert.StartsWith("<script", TextOf("index.html"), StringComparison.Ordinal);
        await Run.FailAsync(new StepOf("Verify", (_, _) => throw new FailureException("The page is broken.")));
    }

    private static Release Good(int number) => Given.Good(number) with { WithoutDatabase = "the test says so" };

    private static FrontendResult Pages(int release) =>
        new("site", $"releases/{release}/", ImmutableSortedDictionary<string, string>.Empty, ["index.html"], [], 0);

    private async Task KeepAsync(Release release)
    {
        using var connection = ClusterConnection.Open(Cluster.Options);
        Assert.True(await new RecordStore(connection).TryCreateAsync(release, default));
    }

    private void Put(string key, string content) => Store.Objects[key] = new SiteObject(Encoding.UTF8.GetBytes(content), "no-cache", "text/html", null);

    private string TextOf(string key) => Encoding.UTF8.GetString(Store.Objects[key].Content);
}
