using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;

namespace Pipeline.Incidents;

/// <summary>Writes a report as one page that needs nothing else: read on a phone at night, printed, and filled in. It runs no script.</summary>
internal sealed class IncidentHtml
{
    private readonly StringBuilder page = new();

    private IncidentHtml()
    {
    }

    /// <summary>The page.</summary>
    public static string Of(IncidentReport report)
    {
        var html = new IncidentHtml();
        html.Write(report);
        return html.page.ToString();
    }

    private void Write(IncidentReport report)
    {
        page.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="color-scheme" content="light dark">
            <title>Incident {report.Number}</title>
            <style>{IncidentStyle.Sheet}</style>
            </head>
            <body class="{Class(report.End)}">
            <header><p>Incident {report.Number}</p><h1>{Text(report.Title)}</h1></header>
            <main>

            """);
        Facts(report.Facts);
        Part("What was released", () => Released(report.Released));
        Part("What was seen", () => Seen(report));
        Part("What was put back", () => PutBack(report));
        Part("How long users were affected", () => Affected(report));
        Part("Timeline, UTC", () => Timeline(report.Timeline));
        Part("Open questions", () => Questions(report.Questions));
        page.Append("</main>\n</body>\n</html>\n");
    }

    private void Part(string title, Action body)
    {
        page.Append($"<section><h2>{Text(title)}</h2>\n");
        body();
        page.Append("</section>\n");
    }

    private void Facts(ImmutableArray<IncidentFact> facts)
    {
        page.Append("<dl>\n");
        foreach (var fact in facts)
            page.Append($"<div><dt>{Text(fact.Name)}</dt><dd>{Text(fact.Value)}</dd></div>\n");
        page.Append("</dl>\n");
    }

    private void Released(ImmutableArray<ReleasedRow> releases)
    {
        foreach (var r in releases)
            page.Append($"""
                <article><h3>Release {r.Number} ({Text(r.Version)}) <small>{Text(r.Role)}</small></h3>
                <dl><div><dt>commit</dt><dd>{Text(r.Commit)}</dd></div><div><dt>by</dt><dd>{Text(r.By)}</dd></div><div><dt>started</dt><dd>{Day(r.Started)} UTC</dd></div>
                <div><dt>image</dt><dd>{Text(r.Image)}</dd></div><div><dt>schema</dt><dd>{Text(r.Schema)}</dd></div><div><dt>outcome</dt><dd>{Text(r.Outcome)}</dd></div></dl></article>

                """);
    }

    private void Seen(IncidentReport report)
    {
        foreach (var fault in report.Faults)
            page.Append($"<h3>{Text(fault.Where)}</h3>\n<pre>{Text(fault.Said)}</pre>\n");
        if (!report.Standouts.IsEmpty)
            page.Append($"<h3>In the evidence</h3>\n<ul>{string.Concat(report.Standouts.Select(s => $"<li>{Text(s)}</li>\n"))}</ul>\n");
        if (report.Faults.IsEmpty && report.Standouts.IsEmpty)
            page.Append("<p>Nothing is recorded.</p>\n");
    }

    private void PutBack(IncidentReport report)
    {
        if (report.PutBack.IsEmpty)
            page.Append("<p>Nothing is recorded.</p>\n");
        else
            page.Append($"<ul class=\"results\">{string.Concat(report.PutBack.Select(p => p.WhyNot is null
                ? $"<li><b class=\"good\">back</b> {Text(p.What)}</li>\n"
                : $"<li><b class=\"bad\">not back</b> {Text(p.What)}<br>{Text(p.WhyNot)}</li>\n"))}</ul>\n");
    }

    private void Affected(IncidentReport report)
    {
        page.Append($"<p>{Text(report.Affected)}.</p>\n");
        if (report.Availability is not { } seen)
            return;
        page.Append("<table><thead><tr><th>address</th><th>probes</th><th>failed</th><th>first</th><th>last</th><th>what it said</th></tr></thead><tbody>\n");
        foreach (var a in seen.Addresses)
            page.Append($"<tr>{Cell("address", a.Address)}{Cell("probes", $"{a.Asked}")}{Cell("failed", $"{a.Failed}")}{Cell("first", Clock(a.FirstFailed))}{Cell("last", Clock(a.LastFailed))}{Cell("what it said", a.Fault ?? "")}</tr>\n");
        page.Append("</tbody></table>\n");
    }

    private void Timeline(ImmutableArray<TimelineEntry> timeline)
    {
        DateTime? day = null;
        foreach (var entry in timeline)
        {
            if (day != entry.At.UtcDateTime.Date)
                page.Append($"{(day is null ? "" : "</ol>\n")}<h3>{Date(entry.At)}</h3>\n<ol class=\"timeline\">\n");
            day = entry.At.UtcDateTime.Date;
            page.Append($"<li{(entry.IsBad ? " class=\"bad\"" : "")}><time datetime=\"{entry.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\">{Clock(entry.At)}</time><span>{Text(entry.What)}</span></li>\n");
        }

        page.Append(day is null ? "<p>Nothing is recorded.</p>\n" : "</ol>\n");
    }

    // Filled in where the page is open, or on paper.
    private void Questions(ImmutableArray<string> questions)
    {
        foreach (var question in questions)
            page.Append($"<div class=\"question\"><p>{Text(question)}</p><div class=\"answer\" contenteditable=\"true\" role=\"textbox\" aria-label=\"{Text(question)}\"></div></div>\n");
    }

    // On a phone a row is a block, and each cell says what it is.
    private static string Cell(string title, string text) => $"<td{(text.Length > 0 ? $" data-title=\"{title}\"" : "")}>{Text(text)}</td>";

    private static string Text(string text) => WebUtility.HtmlEncode(ReportText.Clean(text));

    private static string Class(IncidentEnd end) => end switch { IncidentEnd.Back => "back", IncidentEnd.NotBack => "not-back", _ => "unfinished" };

    private static string Clock(DateTimeOffset? at) => at?.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    private static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset at) => $"{Date(at)} {Clock(at)}";
}
