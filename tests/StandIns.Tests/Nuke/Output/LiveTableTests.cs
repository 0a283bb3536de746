using Nuke.Common.Output;

namespace StandIns.Tests.Nuke.Output;

public sealed class LiveTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LiveTable Table = new("rollout/api",
    [
        ["POD", "STATE", "AGE"],
        ["dataset-management-api-749dff4449-gcsrp", "CrashLoopBackOff", "@2026-03-01T11:59:20Z"],
        ["dataset-management-api-749dff4449-mfc87", "Running", "@2026-02-25T12:00:00Z"],
        ["dataset-management-api-749dff4449-pmr42", "Running", "@"],
    ]);

    [Fact]
    public void Moments_are_shown_as_the_time_since() => Assert.Equal(
        [
            "POD                                      STATE             AGE",
            "dataset-management-api-749dff4449-gcsrp  CrashLoopBackOff  40s",
            "dataset-management-api-749dff4449-mfc87  Running           4d",
            "dataset-management-api-749dff4449-pmr42  Running",
        ],
        Table.Lines(79, 10, Now));

    [Fact]
    public void Where_it_is_narrow_names_keep_their_end() => Assert.Equal("…9dff4449-gcsrp  CrashLoopBackOff  40s", Table.Lines(38, 10, Now)[1]);

    [Fact]
    public void Rows_for_which_there_is_no_room_are_counted() => Assert.Equal("… and 2 more", Table.Lines(79, 3, Now)[2]);

    [Fact]
    public void Without_room_or_rows_nothing_is_drawn()
    {
        Assert.Empty(Table.Lines(79, 1, Now));
        Assert.Empty((Table with { Rows = [] }).Lines(79, 10, Now));
    }
}
