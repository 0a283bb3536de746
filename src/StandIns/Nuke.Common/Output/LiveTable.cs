using System.Globalization;
using Serilog.Events;

namespace Nuke.Common.Output;

/// <summary>A table that is drawn anew as long as the work that it is about goes on.</summary>
/// <param name="Id">The same for all events of one piece of work.</param>
/// <param name="Rows">The heads of the columns, then a row each; none takes the table away. A cell of <c>@</c> and a moment is shown as the time since.</param>
internal sealed record LiveTable(string Id, IReadOnlyList<string[]> Rows)
{
    private const string Gap = "  ";
    private const int NarrowestCell = 8;

    /// <summary>What a log event says of a table; null when it says something else.</summary>
    public static LiveTable? Of(LogEvent logEvent)
    {
        if (logEvent.Properties.GetValueOrDefault("ProgressTableOf") is not ScalarValue { Value: string id } || logEvent.Properties.GetValueOrDefault("ProgressRows") is not SequenceValue rows)
            return null;
        return new LiveTable(id, [.. rows.Elements.OfType<ScalarValue>().Select(r => $"{r.Value}".Split('\t'))]);
    }

    /// <summary>The table as lines that fit; rows for which there is no room are counted.</summary>
    /// <param name="width">Characters in a line.</param>
    /// <param name="height">Lines.</param>
    /// <param name="now">What moments are compared with.</param>
    public IReadOnlyList<string> Lines(int width, int height, DateTimeOffset now)
    {
        if (Rows.Count == 0 || height < 2)
            return [];
        var hidden = Rows.Count > height ? Rows.Count - height + 1 : 0;
        var cells = Rows.SkipLast(hidden).Select(r => r.Select(c => c.StartsWith('@') ? Since(c[1..], now) : c).ToArray()).ToList();
        var widths = Widths(cells, width);
        var lines = cells.Select(r => string.Join(Gap, r.Select((c, i) => Fitted(c, widths[i], fromEnd: i == 0))).TrimEnd()).ToList();
        if (hidden > 0)
            lines.Add($"… and {hidden} more");
        return lines;
    }

    // The widest column gives way first.
    private static int[] Widths(List<string[]> cells, int width)
    {
        var widths = Enumerable.Range(0, cells.Max(r => r.Length)).Select(i => cells.Max(r => i < r.Length ? r[i].Length : 0)).ToArray();
        while (widths.Sum() + (Gap.Length * (widths.Length - 1)) > width && widths.Max() > NarrowestCell)
            widths[Array.IndexOf(widths, widths.Max())]--;
        return widths;
    }

    // Names differ at their end, everything else at its beginning.
    private static string Fitted(string cell, int width, bool fromEnd)
    {
        if (cell.Length <= width)
            return cell.PadRight(width);
        return fromEnd ? $"…{cell[^(width - 1)..]}" : $"{cell[..(width - 1)]}…";
    }

    private static string Since(string moment, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var then))
            return "";
        var age = now - then;
        return age.TotalMinutes < 2 ? $"{Math.Max(age.TotalSeconds, 0):0}s" : age.TotalHours < 2 ? $"{(int)age.TotalMinutes}m" : age.TotalDays < 2 ? $"{(int)age.TotalHours}h" : $"{(int)age.TotalDays}d";
    }
}
