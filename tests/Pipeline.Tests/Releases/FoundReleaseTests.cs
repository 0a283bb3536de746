using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollbacks;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Releases;

public sealed class FoundReleaseTests
{
    private static readonly Release Zero = Given.Good(0) with { FoundBy = 1, Version = "found", Verification = null };

    [Fact]
    public void What_was_found_serves_until_a_release_does_and_is_the_way_back_from_the_first_one()
    {
        Assert.Equal(0, Given.History(Given.Ended(1, ReleaseOutcome.PutBack), Zero).Live!.Number);
        Assert.True(Given.History(Given.Ended(1, ReleaseOutcome.PutBack), Zero).IsByHand);
        var released = Given.History(Given.Good(1), Zero);
        Assert.Equal((1, 0), (released.Live!.Number, released.PreviousGood!.Number));
        Assert.False(released.IsByHand);
        Assert.True(Given.History(Given.Back(2, 1, 0), Given.Good(1), Zero).IsByHand);
    }

    [Fact]
    public void It_is_kept_for_as_long_as_it_is_the_way_back()
    {
        Assert.DoesNotContain(Zero, Given.History([.. Enumerable.Range(2, 8).Select(n => Given.Ended(n, ReleaseOutcome.Failed)), Given.Good(1), Zero]).Superfluous(2));
        Assert.Contains(Zero, Given.History(Given.Good(4), Given.Good(3), Given.Good(2), Given.Good(1), Zero).Superfluous(2));
    }

    [Fact]
    public void A_rollback_may_name_it()
    {
        Assert.Same(Zero, RollbackTarget.Choose(Given.History(Given.Good(2), Given.Good(1), Zero), 0));
        new RollbackOptions { RollbackTo = "0" }.Check(new());
        Assert.Equal(0, new RollbackOptions { RollbackTo = "0" }.Number);
    }

    [Fact]
    public void Without_it_there_is_nothing_to_name()
    {
        var error = Assert.Throws<FailureException>(() => RollbackTarget.Choose(Given.History(Given.Good(1)), 0));

        Assert.StartsWith("--rollback-to: release 0 is not kept.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_it_held_no_object_a_rollback_removes_what_the_release_made()
    {
        var empty = Zero with { Rollout = new RolloutResult([], 0) };
        Assert.Same(empty, RollbackTarget.Choose(Given.History(Given.Good(1), empty), null));
    }
}
