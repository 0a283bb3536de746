using Nuke.Common.Output;
using Serilog;

namespace StandIns.Tests.Nuke.Output;

[Collection(ProcessWide.Name)]
public sealed class SecretMaskTests : IDisposable
{
    private const string Password = "hunter2-and-more";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "")]
    [InlineData("GITHUB_ACTIONS", "true")]
    [InlineData("TF_BUILD", "True")]
    public async Task A_secret_is_masked_in_every_line_warning_error_progress_and_stack_trace(string host, string value)
    {
        var run = await BuildRun.OfAsync(
            new TalkingBuild(Leak), folder, "Say --verbosity verbose", [("PIPELINE_PASSWORD", Password), .. host.Length > 0 ? [(host, value)] : ((string, string)[])[]]);

        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain("hunter2", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.Contains("property ***", run.Output, StringComparison.Ordinal);
        Assert.Contains("coloured ***", run.Output, StringComparison.Ordinal);
        Assert.Contains("warning ***", run.Output, StringComparison.Ordinal);
        Assert.Contains("progress ***: 2 of 2", run.Output, StringComparison.Ordinal);
        Assert.Contains("thrown ***", run.Output, StringComparison.Ordinal);
        Assert.Contains("inner ***", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_masked_in_a_complaint_about_the_command_line()
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(), folder, $"Say --profile {Password}", ("PIPELINE_PASSWORD", Password));

        Assert.Equal(2, run.ExitCode);
        Assert.DoesNotContain("hunter2", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_on_the_command_line_is_refused_and_not_repeated()
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(), folder, $"Say --password {Password}");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            ["Error: --password: a secret must not stand on the command line, where every list of processes shows it. Give it as PIPELINE_PASSWORD."],
            run.Sentences);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("Say --plan")]
    public async Task A_secret_stands_neither_in_the_help_nor_in_the_plan(string arguments)
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(), folder, arguments, ("PIPELINE_PASSWORD", Password));

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("hunter2", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longer_of_two_secrets_is_masked_whole() =>
        Assert.Equal("a *** b *** c", new SecretMask(["pass", "password"]).Apply("a password b pass c"));

    [Fact]
    public void A_value_that_would_mask_half_of_ordinary_words_is_left() =>
        Assert.Equal("a word", new SecretMask(["a", "or"]).Apply("a word"));

    private static void Leak(ILogger log)
    {
        log.Information("property {Value}", Password);
        log.Debug("debug " + Password);
        log.Information("coloured " + Password[..7] + "\u001b[1m" + Password[7..]);
        log.Warning(new InvalidOperationException("inner " + Password), "warning " + Password);
        ConsoleWriterTests.Progress(log, "id", "progress " + Password, 1, 2, "steps");
        ConsoleWriterTests.Progress(log, "id", "progress " + Password, 2, 2, "steps");
        throw new InvalidOperationException("thrown " + Password);
    }
}
