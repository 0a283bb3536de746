using Nuke.Common;

namespace StandIns.Tests.Nuke.Execution;

[Collection(ProcessWide.Name)]
public sealed class ReportedSummaryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "^Push   Succeeded +[0-9.]+ s  Digest: sha256:1, Account: \\*\\*\\*$", "^Clean  Succeeded +[0-9.]+ s$")]
    [InlineData("true", "^Push: Succeeded, [0-9.]+ s \\(Digest: sha256:1, Account: \\*\\*\\*\\)$", "^Clean: Succeeded, [0-9.]+ s$")]
    public async Task What_a_target_reports_stands_beside_its_name_and_is_masked(string github, string push, string clean)
    {
        var run = await BuildRun.OfAsync(new Reporting(), folder, "Push Clean", ("PIPELINE_PASSWORD", "hunter2"), ("GITHUB_ACTIONS", github));

        Assert.Matches(push, run.Lines[^2]);
        Assert.Matches(clean, run.Lines[^1]);
    }

    [Fact]
    public void Outside_a_target_nothing_can_be_reported() =>
        Assert.Throws<InvalidOperationException>(() => new Reporting().ReportSummary(s => s));

    private sealed class Reporting : TracedBuild
    {
        [Parameter]
        [Secret]
        public string? Password => ((INukeBuild)this).TryGetValue(() => Password);

        public Target Push => _ => _.Executes(() =>
        {
            ReportSummary(s => new Dictionary<string, string>(s) { ["Digest"] = "none yet" });
            ReportSummary(s => new Dictionary<string, string>(s) { ["Digest"] = "sha256:1", ["Account"] = Password! });
            return Trace();
        });

        public Target Clean => _ => _.Executes(() => Trace());
    }
}
