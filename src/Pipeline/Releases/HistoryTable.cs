using System.Globalization;
using System.Text;

namespace Pipeline.Releases;

/// <summary>Lays out releases for 80 columns without a colour.</summary>
internal static class HistoryTable
{
    private const int Width = 80;
    private const string Row = "{0,5}  {1,-16}  {2,-20}  {3,-12}  ";
    private static readonly CompositeFormat Columns = CompositeFormat.Parse(Row);

    /// <summary>A line of titles, and for each release one line, and a second one with the reason where a person gave one.</summary>
    public static IEnumerable<string> Lines(ReleaseHistory history)
    {
        yield return Line("", "started (UTC)", "release", "ended", "by");
        foreach (var release in history.Releases)
        {
            var when = release.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            yield return Line($"{(release == history.Live ? "►" : "")}{release.Number}", when, What(release), Word(release), release.StartedBy);
            if (release.Reason is { } reason)
                yield return Cut($"{new string(' ', 25)}\"{reason.ReplaceLineEndings(" ")}\"", Width);
        }

        yield return history.Live is null ? "No release serves." : "► serves now";
    }

    private static string Line(string number, string when, string what, string ended, string by)
    {
        var head = string.Format(CultureInfo.InvariantCulture, Columns, number, when, Cut(what, 20), ended);
        return head + Cut(by, Width - head.Length);
    }

    private static string What(Release release) => release switch
    {
        { Rollback: { } back } => $"rollback {back.From} → {back.To}",
        { IsFound: true } => "found",
        _ => release.Version,
    };

    private static string Word(Release release) => release switch
    {
        { IsFound: true } => "-",
        { Outcome: ReleaseOutcome.PutBack } => "put back",
        { Outcome: ReleaseOutcome.NotPutBack } => "NOT PUT BACK",
        { Outcome: ReleaseOutcome.Failed } => "failed",
        { Outcome: ReleaseOutcome.Unfinished } => "unfinished",
        _ => "succeeded",
    };

    // A CI run's address is longer than a line; the JSON has the whole of it.
    private static string Cut(string text, int width) => text.Length > width ? text[..(width - 1)] + "…" : text;
}
