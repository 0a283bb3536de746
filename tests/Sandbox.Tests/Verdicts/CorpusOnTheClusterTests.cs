using Pipeline.Rollouts;

namespace Sandbox.Tests.Verdicts;

/// <summary>Every situation the whole way: told by the sandbox's API server, watched over HTTP as Deploy watches.</summary>
public sealed class CorpusOnTheClusterTests(CorpusCluster bed) : IClassFixture<CorpusCluster>
{
    public static TheoryData<string> Names => [.. Situation.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_situation_that_a_cluster_tells_ends_in_its_verdict(string name)
    {
        var situation = Situation.Read(name);
        var published = Replay.Of(situation);

        var verdict = await new ClusterReplay(bed.Cluster, bed.Time, situation).RunAsync();

        Assert.Equal((situation.Expected.Outcome, published.At), (verdict.Outcome, verdict.At));
        Assert.Contains(situation.Expected.Says ?? "", verdict.Text, StringComparison.Ordinal);
        Assert.EndsWith(verdict.Outcome == "failed" ? $"  hint  {VerdictRules.All.Single(r => r.Condition == situation.Expected.Reason).Hint}" : "", verdict.Text, StringComparison.Ordinal);
    }
}
