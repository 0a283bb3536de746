using Spectre.Console;
using Spectre.Console.Rendering;

namespace Nuke.Common.Output;

/// <summary>A line of a target on a terminal: wrapped between words, with the target's column free below its name.</summary>
/// <param name="prefix">The target's column.</param>
/// <param name="text">The line.</param>
/// <param name="style">Its colour.</param>
internal sealed class LogLine(string prefix, string text, Style style) : Renderable
{
    // A bar may have stood where the line is written, and reaches further to the right.
    private const string EraseRest = "\u001b[K";

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var start = prefix;
        foreach (var part in Wrap(text, Math.Max(maxWidth - prefix.Length, 20)))
        {
            yield return new Segment(start + part, style);
            yield return Segment.Control(EraseRest);
            yield return Segment.LineBreak;
            start = prefix.Length > 2 ? new string(' ', prefix.Length - 2) + prefix[^2..] : prefix;
        }
    }

    /// <summary>Breaks a text before the word that no longer fits; a word longer than a line is cut.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            var space = text.LastIndexOf(' ', width);
            // What is indented stays so: a break within the indent would only lose it.
            var end = space > text.Length - text.TrimStart().Length ? space : width;
            yield return text[..end];
            text = text[end..].TrimStart(' ');
        }

        yield return text;
    }
}
