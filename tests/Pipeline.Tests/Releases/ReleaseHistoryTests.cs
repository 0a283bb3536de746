using System.Collections.Immutable;
using Pipeline.Frontend;
using Pipeline.Migrations;
using Pipeline.Releases;

namespace Pipeline.Tests.Releases;

public sealed class ReleaseHistoryTests
{
    [Fact]
    public void Nothing_is_live_before_the_first_release()
    {
        Assert.Null(Given.History().Live);
        Assert.Null(Given.History().PreviousGood);
        Assert.Null(Given.History().Latest);
    }

    [Theory]
    [InlineData(ReleaseOutcome.Failed)]
    [InlineData(ReleaseOutcome.PutBack)]
    [InlineData(ReleaseOutcome.NotPutBack)]
    [InlineData(ReleaseOutcome.Unfinished)]
    public void A_release_that_did_not_succeed_does_not_serve(ReleaseOutcome outcome) =>
        Assert.Equal(6, Given.History(Given.Good(5), Given.Good(6), Given.Ended(7, outcome)).Live!.Number);

    [Fact]
    public void After_a_rollback_the_release_it_went_back_to_serves() =>
        Assert.Equal(5, Given.History(Given.Good(5), Given.Good(6), Given.Back(7, 6, 5)).Live!.Number);

    [Theory]
    [InlineData(ReleaseOutcome.Failed)]
    [InlineData(ReleaseOutcome.PutBack)]
    public void What_was_put_back_does_not_count(ReleaseOutcome outcome) =>
        Assert.Equal(5, Given.History(Given.Good(5), Given.Good(6), Given.Ended(7, outcome)).PreviousGood!.Number);

    [Theory]
    [InlineData(ReleaseOutcome.NotPutBack)]
    [InlineData(ReleaseOutcome.Unfinished)]
    public void From_a_half_done_release_the_way_back_is_the_live_one(ReleaseOutcome outcome) =>
        Assert.Equal(6, Given.History(Given.Good(5), Given.Good(6), Given.Ended(7, outcome)).PreviousGood!.Number);

    [Fact]
    public void An_unverified_release_is_no_way_back() =>
        Assert.Equal(4, Given.History(Given.Good(4), Given.Ended(5, ReleaseOutcome.Succeeded), Given.Good(6)).PreviousGood!.Number);

    [Fact]
    public void Repeating_a_rollback_goes_where_it_went() =>
        Assert.Equal(5, Given.History(Given.Good(4), Given.Good(5), Given.Good(6), Given.Back(7, 6, 5)).PreviousGood!.Number);

    [Theory]
    [InlineData(ReleaseOutcome.NotPutBack)]
    [InlineData(ReleaseOutcome.Unfinished)]
    public void A_rollback_that_was_cut_off_goes_on_to_where_it_went(ReleaseOutcome outcome) =>
        Assert.Equal(5, Given.History(Given.Good(5), Given.Good(6), Given.Back(7, 6, 5, outcome)).PreviousGood!.Number);

    [Fact]
    public void A_release_that_was_rolled_back_from_is_no_way_back() =>
        Assert.Equal(5, Given.History(Given.Good(5), Given.Good(6), Given.Back(7, 6, 5), Given.Good(8)).PreviousGood!.Number);

    [Fact]
    public void A_release_that_a_later_rollback_returned_to_is_a_way_back_again() =>
        Assert.Equal(6, Given.History(Given.Good(4), Given.Good(5), Given.Good(6), Given.Back(7, 6, 5), Given.Back(8, 5, 6), Given.Good(9)).PreviousGood!.Number);

    [Fact]
    public void A_rollback_to_the_release_that_serves_leaves_nothing() =>
        Assert.Equal(6, Given.History(Given.Good(5), Given.Good(6), Given.Ended(7, ReleaseOutcome.NotPutBack), Given.Back(8, 6, 6), Given.Good(9)).PreviousGood!.Number);

    [Theory]
    [InlineData(ReleaseOutcome.Failed)]
    [InlineData(ReleaseOutcome.PutBack)]
    [InlineData(ReleaseOutcome.NotPutBack)]
    [InlineData(ReleaseOutcome.Unfinished)]
    public void A_record_that_cannot_be_read_may_be_the_live_one_although_a_later_release_did_not_succeed(ReleaseOutcome outcome)
    {
        Assert.Equal(7, Unread(7, Given.Good(6), Given.Ended(8, outcome)).Missing!.Number);
        Assert.Equal(0, Unread(0, Given.Ended(1, outcome)).Missing!.Number);
    }

    [Fact]
    public void A_record_that_cannot_be_read_and_is_older_than_the_last_success_is_not_what_serves()
    {
        Assert.Null(Unread(7, Given.Good(6), Given.Good(8), Given.Ended(9, ReleaseOutcome.Failed)).Missing);
        Assert.Null(Unread(7, Given.Good(6), Given.Back(8, 7, 6), Given.Ended(9, ReleaseOutcome.Failed)).Missing);
    }

    [Fact]
    public void A_release_without_pages_serves_with_those_that_were_live_when_it_came()
    {
        var history = Given.History(With(4), Given.Good(5), With(6), Given.Ended(7, ReleaseOutcome.PutBack) with { Frontend = With(7).Frontend }, Given.Back(8, 6, 5), Given.Good(9));

        Assert.Equal([4, 4, 6, 4, 4], ((int[])[4, 5, 6, 8, 9]).Select(n => history.PagesOf(history.Find(n))!.Number));
        Assert.Null(history.PagesOf(null));
        Assert.Null(Given.History(Given.Good(1)).PagesOf(Given.Good(1)));
    }

    [Fact]
    public void Records_beyond_the_newest_are_superfluous_but_not_what_the_way_back_needs()
    {
        var history = Given.History(Given.Good(1), Given.Good(2), Given.Ended(3, ReleaseOutcome.Failed), Given.Ended(4, ReleaseOutcome.PutBack), Given.Good(5));

        Assert.Equal([3, 1], history.Superfluous(2).Select(r => r.Number));
    }

    [Fact]
    public void The_release_that_a_rollback_brought_back_is_kept()
    {
        var history = Given.History(Given.Good(1), Given.Good(2), Given.Good(3), Given.Back(4, 3, 1));

        Assert.Equal([2], history.Superfluous(2).Select(r => r.Number));
    }

    [Fact]
    public void A_release_that_a_kept_rollback_went_to_is_kept() =>
        Assert.Equal([2], Given.History(Given.Good(1), Given.Good(2), Given.Good(3), Given.Back(4, 3, 1), Given.Back(5, 1, 3)).Superfluous(2).Select(r => r.Number));

    [Fact]
    public void Records_that_lead_from_the_schema_back_to_what_serves_are_kept()
    {
        var history = Given.History(At(4, "a", "a"), At(5, "b", "b", "a"), At(6, "c", "c", "b"), Given.Back(7, 6, 5), At(8, "c"));

        Assert.Equal([4], history.Superfluous(2).Select(r => r.Number));
        Assert.Equal([5, 4], Given.History(At(4, "a", "a"), At(5, "b", "b", "a"), At(6, "c", "c", "b"), At(7, "c"), At(8, "c")).Superfluous(3).Select(r => r.Number));
    }

    [Fact]
    public void The_release_whose_pages_serve_is_kept() =>
        Assert.Equal([3, 1], Given.History(Given.Good(1), With(2), Given.Good(3), Given.Good(4), Given.Good(5)).Superfluous(2).Select(r => r.Number));

    [Fact]
    public void An_old_record_that_nobody_finished_is_not_kept_for_ever() =>
        Assert.Contains(3, Given.History(Given.Ended(3, ReleaseOutcome.Unfinished), Given.Good(4), Given.Good(5), Given.Good(6)).Superfluous(2).Select(r => r.Number));

    // Ran on a revision, and migrated to it from its parents where a verdict names them.
    private static Release At(int number, string revision, string? applied = null, params string[] parents) => Given.Good(number) with
    {
        Migration = new MigrationResult(applied is null ? revision : parents.FirstOrDefault(), revision, [])
        {
            Verdicts = applied is null ? [] : [new RevisionVerdict(applied, [.. parents], null, 1)],
        },
    };

    private static ReleaseHistory Unread(int number, params Release[] releases) =>
        Given.History(releases) with { Unreadable = [new UnreadableRecord(number, $"pipeline-release-{number}", "It is damaged.")] };

    private static Release With(int number) => Given.Good(number) with { Frontend = new FrontendResult("site", $"releases/{number}/", ImmutableSortedDictionary<string, string>.Empty, [], [], 0) };
}
