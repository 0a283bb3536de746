using Pipeline.Cluster;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>What is published of the live situations, measured on a machine with nothing else to do.</summary>
public sealed class LiveFiguresTests
{
    // Seconds from the sign to the verdict, and from the apply of an image that is not there.
    private const double Mark = 1;
    private const double ImageMark = 10;

    public static TheoryData<string> Names => [.. LiveSituation.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Published_figures_keep_the_marks(string name)
    {
        var situation = LiveSituation.All.Single(s => s.Name == name);
        var published = LiveVerdict.Kept()[name];

        Assert.Equal((situation.Expected.Outcome, situation.Condition), (published.Outcome, published.Condition));
        if (situation.Plan.Text("live", "sign") is not null)
            Assert.InRange(published.AfterSign ?? double.NaN, 0, Mark + (situation.Plan.Number("live", "grace") / (double)published.Speed));
        if (situation.Expected.Reason == "ImageNotFound")
            Assert.InRange(published.Seconds, 0, ImageMark);
    }
}
