using System.Text;

namespace Pipeline.Output;

/// <summary>Writes a page of Markdown that is readable as plain text too.</summary>
internal sealed class Markdown
{
    private const int LongestCell = 300;
    private readonly StringBuilder text = new();

    /// <summary>Begins a part.</summary>
    public void Heading(int level, string title) => Apart().Append('#', level).Append(' ').Append(title).Append('\n');

    /// <summary>A paragraph.</summary>
    public void Say(string sentence) => Apart().Append(sentence).Append('\n');

    /// <summary>A text as it is, whatever stands in it.</summary>
    public void Code(string content)
    {
        var fence = new string('`', Math.Max(3, 1 + LongestRun(content, '`')));
        Apart().Append(fence).Append('\n').Append(content.ReplaceLineEndings("\n").TrimEnd('\n')).Append('\n').Append(fence).Append('\n');
    }

    /// <summary>A list; nothing when it is empty.</summary>
    public void List(IEnumerable<string> items)
    {
        var all = string.Concat(items.Select(i => $"- {OnOneLine(i)}\n"));
        if (all.Length > 0)
            Apart().Append(all);
    }

    /// <summary>A table with columns as wide as their content; nothing when it has no rows.</summary>
    public void Table(string[] head, IEnumerable<string?[]> rows)
    {
        var cells = rows.Select(r => r.Select(c => Cell(c)).ToArray()).ToList();
        if (cells.Count == 0)
            return;
        Apart();
        var widths = head.Select((h, i) => Math.Max(h.Length, cells.Max(r => r[i].Length))).ToArray();
        Row(head, widths);
        Row([.. widths.Select(w => new string('-', w))], widths);
        foreach (var row in cells)
            Row(row, widths);
    }

    /// <inheritdoc />
    public override string ToString() => text.ToString();

    private static int LongestRun(string content, char of)
    {
        var (longest, run) = (0, 0);
        foreach (var c in content)
            longest = Math.Max(longest, run = c == of ? run + 1 : 0);
        return longest;
    }

    private StringBuilder Apart() => text.Append(text.Length > 0 ? "\n" : "");

    private void Row(string[] cells, int[] widths)
    {
        for (var i = 0; i < cells.Length; i++)
            text.Append(i == 0 ? "| " : " | ").Append(cells[i].PadRight(widths[i]));
        text.Append(" |\n");
    }

    private static string Cell(string? content)
    {
        var line = OnOneLine(content ?? "").Replace("|", "\\|", StringComparison.Ordinal);
        return line.Length > LongestCell ? line[..LongestCell] + "…" : line;
    }

    private static string OnOneLine(string content) => content.ReplaceLineEndings(" ").Trim();
}
