using System.Text;
using Nuke.Common.Output;

namespace StandIns.Tests.Nuke.Output;

public sealed class TextWrapTests
{
    [Fact]
    public void A_long_text_is_wrapped_at_80_columns_beside_its_name()
    {
        var words = string.Join(' ', Enumerable.Range(100, 40));

        var lines = Row("name", words, 10);

        Assert.Equal("  name      100 101 102", lines[0][..23]);
        Assert.All(lines[..^1], l => Assert.InRange(l.Length, 76, 80));
        Assert.All(lines.Skip(1), l => Assert.StartsWith(new string(' ', 12) + "1", l, StringComparison.Ordinal));
        Assert.Equal(words, string.Join(' ', lines.Select(l => l[12..])));
    }

    [Fact]
    public void A_name_that_is_wider_than_its_column_stands_on_a_line_of_its_own() =>
        Assert.Equal(["  --a-very-long-flag", new string(' ', 12) + "text"], Row("--a-very-long-flag", "text", 10));

    [Fact]
    public void A_word_that_is_wider_than_the_page_is_not_torn()
    {
        var word = new string('x', 100);

        Assert.Equal(["  name      " + word, new string(' ', 12) + "end"], Row("name", word + " end", 10));
    }

    private static string[] Row(string name, string text, int column)
    {
        var page = new StringBuilder();
        page.Row(name, text, column);
        return page.ToString().TrimEnd().ReplaceLineEndings("\n").Split('\n');
    }
}
