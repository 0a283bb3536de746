using Nuke.Common.Output;

namespace StandIns.Tests.Nuke.Output;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("\u001b[31mred\u001b[0m and \u001b[1;4mbold", "red and bold")]
    [InlineData("up\u001b[2A\u001b[K and away", "up and away")]
    [InlineData("\u001b]0;title\u0007text", "text")]
    [InlineData("\u001b]8;;https://example.com\u001b\\link\u001b]8;;\u001b\\", "link")]
    [InlineData("bell\u0007 back\b null\0 next\u0085", "bell back null next")]
    [InlineData("a\ttab\nline\r\nline 日本語 ✓", "a\ttab\nline\r\nline 日本語 ✓")]
    public void Colours_cursor_moves_titles_and_control_characters_are_taken_out(string text, string plain) =>
        Assert.Equal(plain, PlainText.Of(text));
}
