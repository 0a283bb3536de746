using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollbacks;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Rollbacks;

public sealed class RollbackTargetTests
{
    private static readonly ReleaseHistory Kept = Given.History(
        Given.Good(4), Given.Good(5), Given.Ended(6, ReleaseOutcome.PutBack), Given.Good(7), Given.Back(8, 7, 5));

    [Fact]
    public void A_number_chooses_that_release() => Assert.Equal(4, RollbackTarget.Choose(Kept, 4).Number);

    [Fact]
    public void The_number_of_a_rollback_means_what_it_brought_back() => Assert.Equal(5, RollbackTarget.Choose(Kept, 8).Number);

    [Fact]
    public void Without_a_number_the_previous_good_one_is_chosen() => Assert.Equal(5, RollbackTarget.Choose(Kept, null).Number);

    [Fact]
    public void A_number_that_is_not_kept_is_refused_and_the_good_ones_are_named() =>
        Assert.Equal("--rollback-to: release 3 is not kept. Good ones are: 7 (1.7.0), 5 (1.5.0), 4 (1.4.0).", Refusal(Kept, 3));

    [Fact]
    public void A_release_that_failed_is_refused() =>
        Assert.Equal("--rollback-to: release 6 (1.6.0) never served: it ended as PutBack. Good ones are: 7 (1.7.0), 5 (1.5.0), 4 (1.4.0).", Refusal(Kept, 6));

    [Fact]
    public void Where_nothing_was_released_there_is_nothing_to_go_back_to() =>
        Assert.Equal("There is no release in this namespace, so there is nothing to go back to. Nothing was changed.", Refusal(Given.History(), null));

    [Fact]
    public void Before_the_second_release_there_is_nothing_to_go_back_to() =>
        Assert.Equal(
            "No verified release before the live one is kept, so there is nothing to go back to. Good ones are: 1 (1.1.0).",
            Refusal(Given.History(Given.Good(1)), null));

    [Fact]
    public void A_record_that_cannot_be_read_is_no_target_and_does_not_hide_the_others()
    {
        var history = Given.History(Given.Good(5), Given.Good(8), Given.Good(10), Given.Back(9, 6, 7)) with { Unreadable = [new(7, "pipeline-release-7", "It is damaged.")] };

        Assert.Equal((8, 5), (RollbackTarget.Choose(history, null).Number, RollbackTarget.Choose(history, 5).Number));
        Assert.Equal("--rollback-to: It is damaged. Good ones are: 10 (1.10.0), 8 (1.8.0), 5 (1.5.0).", Refusal(history, 7));
        Assert.StartsWith("--rollback-to: release 9 is a rollback to release 7. It is damaged. ", Refusal(history, 9), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollback_whose_release_is_forgotten_leads_nowhere_and_is_not_called_one_that_never_served() =>
        Assert.Equal(
            "--rollback-to: release 3 is a rollback to release 1, which is not kept. Good ones are: 2 (1.2.0).",
            Refusal(Given.History(Given.Good(2), Given.Back(3, 2, 1), Given.Back(4, 1, 2)), 3));

    private static string Refusal(ReleaseHistory history, int? number)
    {
        var error = Assert.Throws<FailureException>(() => RollbackTarget.Choose(history, number));
        Assert.Equal(ExitCode.Refused, error.ExitCode);
        return error.Message;
    }
}
