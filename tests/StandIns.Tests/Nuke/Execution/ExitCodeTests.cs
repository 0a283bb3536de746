using Nuke.Common;

namespace StandIns.Tests.Nuke.Execution;

[Collection(ProcessWide.Name)]
public sealed class ExitCodeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Succeeds", null, 0)]
    [InlineData("Succeeds", 10, 10)]
    [InlineData("Fails", null, 1)]
    [InlineData("Fails", 0, 1)]
    [InlineData("Fails", 3, 3)]
    [InlineData("Fails", 130, 130)]
    public async Task The_code_is_what_a_target_set_but_a_failure_is_never_a_success(string target, int? set, int code)
    {
        var run = await BuildRun.OfAsync(new Ending(set), folder, target);

        Assert.Equal(code, run.ExitCode);
    }

    [Theory]
    [InlineData("Deply", "Error: There is no target 'Deply'. Targets: Succeeds, Fails.")]
    [InlineData("Succeeds --verbosity loud", "Error: --verbosity: 'loud' is not one of quiet, minimal, normal, verbose.")]
    [InlineData("Succeeds --profile production", "Error: --profile: there is no 'production' ('{0}/.nuke/parameters.production.json' does not exist). There is none yet; ./build.sh Init makes one.")]
    public async Task Wrong_usage_ends_with_2_says_so_on_the_error_stream_and_runs_nothing(string arguments, string sentence)
    {
        var build = new Ending(null);

        var run = await BuildRun.OfAsync(build, folder, arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal([string.Format(null, sentence, folder.Path)], run.Sentences);
        Assert.Empty(run.Output);
        Assert.Empty(build.Ran);
    }

    private sealed class Ending(int? set) : TracedBuild
    {
        public Target Succeeds => _ => _.Executes(() =>
        {
            ExitCode = set;
            return Trace();
        });

        public Target Fails => _ => _.Executes(() =>
        {
            ExitCode = set;
            throw new InvalidOperationException("broken");
        });
    }
}
