using Nuke.Common.Output;
using Spectre.Console;

namespace StandIns.Tests.Nuke.Output;

public sealed class LogLineTests
{
    [Theory]
    [InlineData("one two three", 20, "one two three")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("abcdefghij", 4, "abcd|efgh|ij")]
    [InlineData("  indented word", 10, "  indented|word")]
    [InlineData("", 10, "")]
    public void A_line_is_broken_between_words(string text, int width, string expected) =>
        Assert.Equal(expected, string.Join('|', LogLine.Wrap(text, width)));

    [Fact]
    public void Below_the_name_of_its_target_the_column_stays_free_and_the_rest_of_an_older_line_is_erased()
    {
        using var screen = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(screen) });
        console.Profile.Width = 30;

        console.Write(new LogLine("Deploy │ ", "all three pods run the release", Style.Plain));

        Assert.Equal("Deploy │ all three pods run\u001b[K\n       │ the release\u001b[K\n", screen.ToString().ReplaceLineEndings("\n"));
    }
}
