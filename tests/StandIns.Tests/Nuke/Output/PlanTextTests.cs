using StandIns.Tests.Nuke.Execution;

namespace StandIns.Tests.Nuke.Output;

[Collection(ProcessWide.Name)]
public sealed class PlanTextTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_says_what_waits_for_what_and_what_is_skipped_and_runs_nothing()
    {
        var build = new ReleaseBuild();

        var run = await BuildRun.OfAsync(build, folder, "Deploy --skip SyncFrontend --plan");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                "Would run, each once what it waits for has ended:",
                "  Preflight       at once",
                "  BuildImage      after Preflight",
                "  PushImage       after BuildImage",
                "  Deploy          after Preflight, PushImage",
                "  Verify          after Deploy",
                "Skipped: SyncFrontend, Invalidate",
            ],
            run.Lines);
        Assert.Empty(build.Ran);
    }

    [Fact]
    public async Task Alone_it_plans_the_standard_targets()
    {
        var run = await BuildRun.OfAsync(new ReleaseBuild(), folder, ["--plan"], [b => b.Invalidate]);

        Assert.Equal(["Would run, each once what it waits for has ended:", "  Invalidate      at once"], run.Lines);
    }

    [Fact]
    public async Task It_needs_no_values_and_leaves_the_schema_to_a_run()
    {
        folder.Write(".nuke/parameters.json", "{}");
        var schema = Path.Combine(folder.Path, ".nuke", "build.schema.json");

        var run = await BuildRun.OfAsync(new Parameters.SettingsBuild(), folder, "Push --plan");
        Assert.Equal(0, run.ExitCode);
        Assert.False(File.Exists(schema));

        await BuildRun.OfAsync(new Parameters.SettingsBuild(), folder, "Show");
        Assert.True(File.Exists(schema));
    }
}
