using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Migrations;

public sealed class SchemaRecordTests
{
    [Fact]
    public void The_newest_record_says_where_the_schema_is_and_each_release_where_it_was()
    {
        var record = new SchemaRecord([Release(1, "a", Compatible("a")), Release(2, "c", Compatible("b", "a"), Breaking("c", "b")), Given.Good(3)]);

        Assert.Equal("c", record.Now);
        Assert.Equal("a c c", $"{At(record, 1)} {At(record, 2)} {At(record, 3)}");
    }

    [Fact]
    public void A_range_is_compatible_when_every_revision_in_it_is()
    {
        var record = new SchemaRecord([Release(1, "a", Compatible("a")), Release(2, "b", Compatible("b", "a")), Release(3, "c", Breaking("c", "b"))]);

        Assert.True(record.Between("b", "a").IsCompatible);
        Assert.True(record.Between("b", "b").IsCompatible);
        Assert.False(record.Between("c", "a").IsCompatible);
        Assert.Equal("c", Assert.Single(record.Between("c", "a").Breaking).Revision);
        Assert.Equal(["b"], record.NewerThan("a"));
        Assert.True(record.Between("b", null).IsCompatible);
    }

    [Fact]
    public void What_no_record_knows_is_breaking()
    {
        var record = new SchemaRecord([Release(2, "c", Compatible("c", "b"))]);

        Assert.Equal((false, false), (record.Between("c", "a").IsKnown, record.Between("c", "a").IsCompatible));
        Assert.False(record.Between("b", "c").IsCompatible);
        Assert.False(record.Between("x", "c").IsCompatible);
    }

    [Fact]
    public void A_record_without_verdicts_knows_the_order_and_counts_as_breaking()
    {
        var record = new SchemaRecord([Given.Good(2) with { Migration = new MigrationResult("a", "c", ["b", "c"]) }]);

        var range = record.Between("c", "a");

        Assert.True(range.IsKnown);
        Assert.Equal(["c: its record has no verdict", "b: its record has no verdict"], range.Revisions.Select(r => $"{r}"));
    }

    [Fact]
    public void A_revision_that_was_judged_twice_has_the_stricter_verdict()
    {
        var record = new SchemaRecord([Release(1, "b", Breaking("b", "a")), Release(2, "b", Compatible("b", "a"))]);

        Assert.False(record.Between("b", "a").IsCompatible);
    }

    [Fact]
    public void A_migration_that_did_not_end_may_have_reached_its_goal()
    {
        var cut = Given.Ended(2, ReleaseOutcome.NotPutBack) with { Migration = new MigrationResult("a", null, []) { Verdicts = [Compatible("b", "a"), Breaking("c", "b")] } };

        Assert.Equal("c", new SchemaRecord([Release(1, "a", Compatible("a")), cut]).Now);
    }

    [Fact]
    public void Over_a_join_every_branch_counts()
    {
        var record = new SchemaRecord([Release(1, "a", Compatible("a")), Release(2, "m", Compatible("b", "a"), Breaking("c", "a"), Compatible("m", "b", "c"))]);

        Assert.Equal("c", Assert.Single(record.Between("m", "a").Breaking).Revision);
        Assert.True(record.Between("m", "a").IsKnown);
    }

    [Fact]
    public void The_image_that_can_go_down_is_of_the_release_that_came_up_and_never_of_a_rollback()
    {
        var back = Given.Back(4, 3, 1) with { Image = Image(1), Migration = new MigrationResult("c", "c", []) };
        var hotfix = Given.Good(5) with { Image = Image(5), Migration = new MigrationResult("c", "c", []) };

        Assert.Equal(3, new SchemaRecord([Release(1, "a", Compatible("a")), Release(3, "c", Compatible("b", "a"), Compatible("c", "b")), back, hotfix]).CarrierOf("c")!.Number);
    }

    private static string? At(SchemaRecord record, int number) => record.Knows(Given.Good(number), out var revision) ? revision : "?";

    private static Release Release(int number, string after, params RevisionVerdict[] verdicts) =>
        Given.Good(number) with { Image = Image(number), Migration = new MigrationResult(null, after, []) { Verdicts = [.. verdicts] } };

    private static ImageResult Image(int number) => new("team/api", $"1.{number}.0", $"sha256:{number}", "");

    private static RevisionVerdict Compatible(string revision, params string[] parents) => new(revision, [.. parents], null, 1);

    private static RevisionVerdict Breaking(string revision, params string[] parents) => new(revision, [.. parents], "DROP TABLE t: it is gone", 1);
}
