using System.Text;

namespace Nuke.Common.Output;

/// <summary>Plain text in two columns, as wide as the terminal, or 80 where there is none.</summary>
internal static class TextWrap
{
    private const int Narrowest = 40;

    public static int Width => Console.IsOutputRedirected || Console.WindowWidth < Narrowest ? 80 : Math.Min(Console.WindowWidth, 120);

    /// <summary>Adds a row: a name, and a text wrapped beside it.</summary>
    public static void Row(this StringBuilder page, string name, string text, int column)
    {
        page.Append("  ").Append(name.PadRight(column));
        if (name.Length >= column)
            page.AppendLine().Append(' ', column + 2);
        var room = Math.Max(Width - column - 3, Narrowest / 2);
        var used = 0;
        foreach (var word in text.Split(' '))
        {
            if (used > 0 && used + word.Length > room)
            {
                page.AppendLine().Append(' ', column + 2);
                used = 0;
            }

            page.Append(used > 0 ? " " : "").Append(word);
            used += word.Length + 1;
        }

        page.AppendLine();
    }
}
