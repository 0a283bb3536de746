namespace StandIns.Tests.Nuke.Output;

[Collection(ProcessWide.Name)]
public sealed class GroupWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("GITHUB_ACTIONS", "::group::{0}", "::endgroup::")]
    [InlineData("TF_BUILD", "##[group]{0}", "##[endgroup]")]
    public async Task Targets_that_run_side_by_side_are_whole_groups_one_after_the_other(string host, string open, string close)
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(), folder, "Image Pages", (host, "true"));

        string[] image = [string.Format(null, open, "Image"), "Image begins.", "Image ends.", close];
        string[] pages = [string.Format(null, open, "Pages"), "Pages begin.", "Pages end.", close];
        // Which of the two begins first is chance; that neither stands in the other is not.
        string[] expected = run.Lines[0] == image[0] ? [.. image, .. pages] : [.. pages, .. image];
        Assert.Equal(expected, run.Lines.Take(8));
        Assert.Equal(["Image: Succeeded,", "Pages: Succeeded,"], run.Lines.Skip(8).Select(l => l[..17]));
    }

    [Fact]
    public async Task Problems_are_annotations_on_GitHub_Actions()
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(l => l.Warning("100% full\nreally")), folder, "Say", ("GITHUB_ACTIONS", "true"));

        Assert.Equal(["::group::Say", "100% full", "really", "::warning::Say: 100%25 full%0Areally", "::endgroup::"], run.Lines);
    }

    [Fact]
    public async Task Problems_are_issues_on_Azure_Pipelines()
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(l => l.Error("full\nreally")), folder, "Say", ("TF_BUILD", "True"));

        Assert.Equal(["##[group]Say", "full", "really", "##vso[task.logissue type=error]Say: full really", "##[endgroup]"], run.Lines);
    }

    [Theory]
    [InlineData("GITHUB_ACTIONS")]
    [InlineData("TF_BUILD")]
    public async Task What_a_tool_prints_does_not_command_the_host(string host)
    {
        var run = await BuildRun.OfAsync(
            new TalkingBuild(l => l.Information("{Text}", "::endgroup::\n  ::add-mask::a\nx ##[endgroup]\n##VSO[task.setvariable variable=A]b\n## Title a::b")), folder, "Say", (host, "true"));

        Assert.Equal([": :endgroup::", "  : :add-mask::a", "x # #[endgroup]", "# #VSO[task.setvariable variable=A]b", "## Title a::b"], run.Lines[1..^1]);
    }

    [Fact]
    public async Task Progress_is_one_line_at_its_end()
    {
        var run = await BuildRun.OfAsync(
            new TalkingBuild(l =>
            {
                foreach (var done in (long[])[1, 2, 3, 3])
                    ConsoleWriterTests.Progress(l, "pods", "Pods ready", done, 3, "pods");
            }),
            folder,
            "Say",
            ("GITHUB_ACTIONS", "true"));

        Assert.Equal(["::group::Say", "Pods ready: 3 of 3 pods", "::endgroup::"], run.Lines);
    }
}
