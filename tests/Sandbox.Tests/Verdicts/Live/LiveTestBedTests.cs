using Pipeline.Cluster;
using Xunit.Abstractions;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>Situations of the corpus with real pods on the test bed.</summary>
[Collection(nameof(LiveBed))]
public sealed class LiveTestBedTests(LiveBed bed, ITestOutputHelper output) : IClassFixture<LiveBed>
{
    // From the sign to the verdict; what is counted has its grace beside. The marks are for a machine with nothing else to do.
    private const double Busy = 5;

    public static TheoryData<string> Names => [.. LiveSituation.All.Select(s => s.Name)];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task A_situation_with_real_pods_ends_in_its_verdict(string name)
    {
        Skip.IfNot(LiveCluster.IsThere, "the test bed is not switched on (TESTBED=1)");
        var situation = LiveSituation.All.Single(s => s.Name == name);

        var (verdict, text) = await bed.OfAsync(name);

        output.WriteLine($"{verdict}{Environment.NewLine}{text}");
        Assert.Equal((situation.Expected.Outcome, situation.Condition), (verdict.Outcome, verdict.Condition));
        Assert.Matches(situation.Says, text);
        if (situation.Plan.Text("live", "sign") is not null)
            Assert.InRange(verdict.AfterSign ?? double.NaN, 0, Busy + (situation.Plan.Number("live", "grace") / (double)verdict.Speed));
    }
}
