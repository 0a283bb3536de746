using Pipeline.Errors;
using Pipeline.Migrations;

namespace Pipeline.Tests.Migrations;

public sealed class RevisionHistoryTests
{
    private static readonly string[] Straight =
    [
        "INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.",
        "bbbb -> cccc (head), add files, and more",
        "aaaa -> bbbb, add a column",
        "<base> -> aaaa, create datasets",
    ];

    // cccc joins bbbb and xxxx, which both follow aaaa.
    private static readonly string[] Joined =
    [
        "bbbb, xxxx -> cccc (head) (mergepoint), join",
        "aaaa -> xxxx, on one side",
        "aaaa -> bbbb, on the other",
        "<base> -> aaaa (branchpoint), first",
    ];

    [Fact]
    public void Revisions_are_read_oldest_first_with_their_whole_text()
    {
        var history = RevisionHistory.Parse(Straight);

        Assert.Equal(["aaaa", "bbbb", "cccc"], history.Revisions.Select(r => r.Id));
        Assert.Equal("add files, and more", history.Head!.Doc);
        Assert.Empty(history.Revisions[0].Parents);
        Assert.Equal("aaaa", Assert.Single(history.Revisions[1].Parents));
    }

    [Theory]
    [InlineData(null, "aaaa bbbb cccc")]
    [InlineData("aaaa", "bbbb cccc")]
    [InlineData("bbbb", "cccc")]
    [InlineData("cccc", "")]
    public void What_is_to_apply_lies_between_current_and_head(string? current, string expected) =>
        Assert.Equal(expected, string.Join(' ', RevisionHistory.Parse(Straight).After(current).Select(r => r.Id)));

    [Theory]
    [InlineData(null, "aaaa bbbb xxxx cccc")]
    [InlineData("aaaa", "bbbb xxxx cccc")]
    [InlineData("bbbb", "xxxx cccc")]
    [InlineData("xxxx", "bbbb cccc")]
    public void Across_a_join_nothing_is_applied_twice(string? current, string expected) =>
        Assert.Equal(expected, string.Join(' ', RevisionHistory.Parse(Joined).After(current).Select(r => r.Id)));

    [Fact]
    public void What_a_revision_depends_on_is_no_parent()
    {
        var history = RevisionHistory.Parse(["bbbb (dep1, dep2) -> cccc (head), needs others", "<base> -> bbbb, first"]);

        Assert.Equal("bbbb", Assert.Single(history.Head!.Parents));
    }

    [Fact]
    public void A_revision_may_have_no_text() =>
        Assert.Equal("", RevisionHistory.Parse(["<base> -> aaaa (head), "]).Head!.Doc);

    [Fact]
    public void Labels_are_no_part_of_the_id() =>
        Assert.Equal("aaaa", RevisionHistory.Parse(["<base> -> aaaa (shop) (head), first"]).Head!.Id);

    [Fact]
    public void Several_heads_are_refused()
    {
        var history = RevisionHistory.Parse(["aaaa -> cccc (head), one", "aaaa -> bbbb (head), two", "<base> -> aaaa (branchpoint), first"]);

        var error = Assert.Throws<FailureException>(() => history.After("aaaa"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("The image carries several heads (bbbb, cccc), so 'head' means nothing. Join them with 'alembic merge' and release again.", error.Message);
    }

    [Fact]
    public void An_image_knows_its_own_revisions_only()
    {
        var history = RevisionHistory.Parse(Straight);

        Assert.True(history.Knows("aaaa"));
        Assert.False(history.Knows("dddd"));
    }
}
