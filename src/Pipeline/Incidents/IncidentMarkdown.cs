using System.Globalization;
using Pipeline.Output;

namespace Pipeline.Incidents;

/// <summary>Writes a report as Markdown, for a ticket or a repository.</summary>
internal static class IncidentMarkdown
{
    /// <summary>The page.</summary>
    public static string Of(IncidentReport report)
    {
        var page = new Markdown();
        page.Heading(1, $"Incident {report.Number}");
        page.Say($"**{Plain(report.Title)}**");
        page.Table(["", ""], report.Facts.Select(f => (string?[])[f.Name, Plain(f.Value)]));
        page.Heading(2, "What was released");
        page.Table(["", "release", "version", "commit", "by", "started (UTC)", "image", "schema", "outcome"], report.Released.Select(r => (string?[])
            [r.Role, $"{r.Number}", Plain(r.Version), r.Commit, Plain(r.By), Time(r.Started), Plain(r.Image), Plain(r.Schema), r.Outcome]));
        page.Heading(2, "What was seen");
        foreach (var fault in report.Faults)
        {
            page.Say($"{Plain(fault.Where)}:");
            page.Code(ReportText.Clean(fault.Said));
        }

        page.List(report.Standouts.Select(Plain));
        if (report.Faults.IsEmpty && report.Standouts.IsEmpty)
            page.Say("Nothing is recorded.");
        page.Heading(2, "What was put back");
        page.Table(["what", "how it ended"], report.PutBack.Select(p => (string?[])[Plain(p.What), p.WhyNot is null ? "back" : $"NOT BACK: {Plain(p.WhyNot)}"]));
        if (report.PutBack.IsEmpty)
            page.Say("Nothing is recorded.");
        page.Heading(2, "How long users were affected");
        page.Say(Plain(report.Affected) + ".");
        page.Table(["address", "probes", "failed", "first (UTC)", "last (UTC)", "what it said"], (report.Availability?.Addresses ?? []).Select(a => (string?[])
            [Plain(a.Address), $"{a.Asked}", $"{a.Failed}", Time(a.FirstFailed), Time(a.LastFailed), Plain(a.Fault ?? "")]));
        page.Heading(2, "Timeline (UTC)");
        page.Table(["when", "what"], report.Timeline.Select(t => (string?[])[Time(t.At), Plain(t.What)]));
        page.Heading(2, "Open questions");
        foreach (var question in report.Questions)
        {
            page.Heading(3, question);
            page.Say("…");
        }

        return page.ToString();
    }

    // What a log or a person wrote is text: no tag, link, image or code of the page.
    private static string Plain(string text) => ReportText.Clean(text)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("<", "\\<", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal);

    private static string Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}
