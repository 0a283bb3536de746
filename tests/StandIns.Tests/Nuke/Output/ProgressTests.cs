using Nuke.Common.Output;

namespace StandIns.Tests.Nuke.Output;

public sealed class ProgressTests
{
    [Theory]
    [InlineData(1_500_000, 3_000_000d, "bytes", "Dump: 1.5 of 3.0 MB", false)]
    [InlineData(1_500_000, null, "bytes", "Dump: 1.5 MB", false)]
    [InlineData(2, 3d, "pods", "Dump: 2 of 3 pods", false)]
    [InlineData(3, 3d, "pods", "Dump: 3 of 3 pods", true)]
    [InlineData(3, null, "files", "Dump: 3 files", false)]
    public void It_reads_as_a_sentence_and_knows_its_end(double done, double? total, string unit, string text, bool isDone)
    {
        var progress = new Progress("id", "Dump", done, total, unit);

        Assert.Equal(text, progress.ToString());
        Assert.Equal(isDone, progress.IsDone);
    }
}
