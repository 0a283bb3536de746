namespace Sandbox.Tests.Verdicts;

public sealed class CorpusTests
{
    public static TheoryData<string> Names => [.. Situation.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_situation_ends_in_its_verdict(string name)
    {
        var situation = Situation.Read(name);
        var verdict = Replay.Of(situation);

        Assert.Equal((situation.Expected.Outcome, situation.Expected.Outcome == "failed" ? situation.Expected.Reason : null), (verdict.Outcome, verdict.Failure?.Rule.Condition));
        Assert.True(situation.Expected.Within is null || verdict.AfterFirstSight!.Value.TotalSeconds <= situation.Expected.Within, $"it took {verdict.AfterFirstSight}");
        Assert.Contains(situation.Expected.Says ?? "", verdict.Failure?.Sentence ?? "", StringComparison.Ordinal);
        if (situation.Expected is { Outcome: not "failed", Reason: { } told })
            Assert.Contains(told, verdict.Told);
    }

    [Fact]
    public void There_are_enough_situations_and_most_were_recorded()
    {
        var all = Situation.Names.Select(Situation.Read).ToList();

        Assert.InRange(all.Count, 45, int.MaxValue);
        Assert.InRange(all.Count(s => s.IsRecorded), 20, int.MaxValue);
        Assert.All(all, s => Assert.False(string.IsNullOrWhiteSpace(s.Source), s.Name));
    }

    [Fact]
    public async Task The_document_says_what_the_tests_prove()
    {
        var text = VerdictDocument.Text();
        if (Environment.GetEnvironmentVariable("VERDICTS_WRITE") == "1")
            await File.WriteAllTextAsync(VerdictDocument.FilePath, text);

        Assert.Equal(await File.ReadAllTextAsync(VerdictDocument.FilePath), text, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Every_verdict_that_is_not_the_truth_is_explained()
    {
        var wrong = Situation.Names.Select(Situation.Read).Where(s => s.Expected.IsDoomed != (s.Expected.Outcome == "failed"));

        Assert.All(wrong, s => Assert.False(string.IsNullOrWhiteSpace(s.Expected.Miss), s.Name));
    }
}
