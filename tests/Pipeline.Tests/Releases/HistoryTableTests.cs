using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;

namespace Pipeline.Tests.Releases;

public sealed class HistoryTableTests
{
    private static readonly ReleaseHistory History = Given.History(
        Given.Good(0) with { FoundBy = 1, Version = "found", Verification = null },
        Given.Good(1),
        Given.Ended(2, ReleaseOutcome.NotPutBack) with { Version = "1.2.0-17-g0123456789abcdef", StartedBy = "ann by https://github.com/team/product/actions/runs/123456789" },
        Given.Back(3, 2, 1) with { Reason = "orders fail" });

    [Fact]
    public void Releases_are_a_table_of_80_columns_newest_first() => Assert.Equal(
        """
               started (UTC)     release               ended         by
            3  2026-03-01 15:00  rollback 2 → 1        succeeded     ann@laptop
                                 "orders fail"
            2  2026-03-01 14:00  1.2.0-17-g012345678…  NOT PUT BACK  ann by https://git…
           ►1  2026-03-01 13:00  1.1.0                 succeeded     ann@laptop
            0  2026-03-01 12:00  found                 -             ann@laptop
        ► serves now
        """.ReplaceLineEndings("\n"),
        string.Join('\n', HistoryTable.Lines(History)));

    [Fact]
    public void No_line_is_longer_than_80_columns() =>
        Assert.All(HistoryTable.Lines(Given.History(Given.Good(12345) with { Reason = new string('x', 500), StartedBy = new string('y', 500) })), l => Assert.True(l.Length <= 80, l));

    [Fact]
    public async Task Programs_read_every_record_and_which_one_serves()
    {
        using var output = new MemoryStream();
        await HistoryDocument.WriteAsync(History, output, default);
        var read = (JsonObject)JsonNode.Parse(Encoding.UTF8.GetString(output.ToArray()))!;

        Assert.Equal((1, 1), (read.Number("live"), read.Number("previousGood")));
        Assert.Equal([3, 2, 1, 0], read.Items("releases").Select(r => (int)r.Number("number")));
        Assert.Equal("orders fail", read.Items("releases").First().Text("reason"));
    }
}
