using Nuke.Common.Output;
using Serilog;

namespace StandIns.Tests.Nuke.Output;

[Collection(ProcessWide.Name)]
public sealed class ConsoleWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Targets_that_run_side_by_side_say_whose_line_it_is()
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(), folder, "Image Pages");

        Assert.Equal(["Image         │ Image begins.", "Pages         │ Pages begin.", "Image         │ Image ends.", "Pages         │ Pages end."], run.Lines[..4]);
        Assert.Equal(["Image  Succeeded", "Pages  Succeeded"], run.Lines[4..].Select(l => l[..16]));
    }

    [Fact]
    public async Task One_target_alone_speaks_without_a_prefix_and_without_a_summary()
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(l => l.Information("Hello {Name}", "world")), folder, "Say");

        Assert.Equal(["Hello world"], run.Lines);
    }

    [Fact]
    public async Task Problems_are_marked_by_words_and_not_by_colour()
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(Everything), folder, "Say");

        Assert.Equal(["information", "WARN  warning", "WARN  second line", "ERROR error"], run.Lines);
    }

    [Theory]
    [InlineData("quiet", "ERROR error")]
    [InlineData("minimal", "WARN  warning|WARN  second line|ERROR error")]
    [InlineData("normal", "information|WARN  warning|WARN  second line|ERROR error")]
    [InlineData("verbose", "verbose|debug|information|WARN  warning|WARN  second line|ERROR error|ERROR System.InvalidOperationException: inner")]
    public async Task The_verbosity_decides_what_is_printed(string verbosity, string lines)
    {
        var run = await BuildRun.OfAsync(new TalkingBuild(Everything), folder, "Say --verbosity " + verbosity);

        Assert.Equal(lines, string.Join("|", run.Lines));
    }

    [Theory]
    [InlineData(true, "", "xterm", true)]
    [InlineData(false, "1", "xterm", true)]
    [InlineData(false, "", "dumb", true)]
    [InlineData(false, "", "xterm", false)]
    public void Colours_and_bars_are_for_terminals_that_want_them(bool isRedirected, string noColor, string term, bool isPlain)
    {
        var before = (Environment.GetEnvironmentVariable("NO_COLOR"), Environment.GetEnvironmentVariable("TERM"));
        try
        {
            Environment.SetEnvironmentVariable("NO_COLOR", noColor);
            Environment.SetEnvironmentVariable("TERM", term);
            Assert.Equal(isPlain, ConsoleWriter.IsPlain(isRedirected));
        }
        finally
        {
            Environment.SetEnvironmentVariable("NO_COLOR", before.Item1);
            Environment.SetEnvironmentVariable("TERM", before.Item2);
        }
    }

    [Fact]
    public async Task Progress_is_a_line_at_its_start_and_at_its_end()
    {
        var run = await BuildRun.OfAsync(
            new TalkingBuild(l =>
            {
                foreach (var done in (long[])[0, 1_000_000, 2_000_000, 2_000_000])
                    Progress(l, "dump", "Uploading", done, 2_000_000, "bytes");
                Progress(l, "pods", "Pods", 3, 3, "pods");
            }),
            folder,
            "Say");

        Assert.Equal(["Uploading: 0.0 of 2.0 MB", "Uploading: 2.0 of 2.0 MB"], run.Lines);
    }

    internal static void Progress(ILogger log, string id, string text, long done, long? total, string unit) =>
        log.ForContext("ProgressId", id).ForContext("ProgressText", text).ForContext("ProgressUnit", unit)
            .ForContext("ProgressDone", done).ForContext("ProgressTotal", total).Debug("{Text}: {Done}", text, done);

    private static void Everything(ILogger log)
    {
        log.Verbose("verbose");
        log.Debug("debug");
        log.Information("{Word}", "\u001b[32minformation\u001b[0m");
        log.Warning("warning\nsecond line");
        log.Error(new InvalidOperationException("inner"), "error");
    }
}
