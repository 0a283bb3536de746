using System.Text.RegularExpressions;
using Pipeline.Incidents;
using Pipeline.Releases;
using Pipeline.Tests.Releases;
using Pipeline.Verification;

namespace Pipeline.Tests.Incidents;

public sealed class IncidentReportTests
{
    private const string Hostile = "</pre><script>alert(1)</script> ``` \u001b[31mred\u202Eder| <img src=x onerror=alert(2)> [click](javascript:alert(3))";

    private static readonly Release Crashed = Given.Ended(7, ReleaseOutcome.PutBack) with
    {
        Ended = Given.Moment.AddHours(7).AddSeconds(75),
        Steps =
        [
            new StepRecord("Migrate", StepState.Done, Given.Moment.AddHours(7), Given.Moment.AddHours(7).AddSeconds(5)),
            new StepRecord("Deploy", StepState.Failed, Given.Moment.AddHours(7).AddSeconds(5), Given.Moment.AddHours(7).AddSeconds(40), $"Deployment/api failed after 35 s: CrashLoopBackOff\n  {Hostile}"),
        ],
        Incident = new IncidentFacts
        {
            Evidence = "diagnosis-1.zip",
            Seen = [$"Pod/api-1: {Hostile}"],
            PutBack = [new PutBackResult("the pages of release 6", $"the bucket is gone {Hostile}"), new PutBackResult("the pods and configuration of release 6 (1.6.0)")],
            Events = [new IncidentEvent(Given.Moment.AddHours(7).AddSeconds(42), "Evidence kept in diagnosis-1.zip")],
            Availability = new AvailabilityResult(
                Given.Moment.AddHours(7).AddSeconds(40), Given.Moment.AddHours(7).AddSeconds(75), 12.5, false,
                [new AddressAvailability("https://api.example.com/health", 35, 12, Given.Moment.AddHours(7).AddSeconds(41), Given.Moment.AddHours(7).AddSeconds(53), "status 503")]),
        },
    };

    [Fact]
    public void It_tells_of_an_undo_what_was_released_seen_and_put_back_in_the_order_of_time()
    {
        var report = Of(Crashed, Given.Good(6));

        Assert.Equal(7, report.Number);
        Assert.Equal("test: release 7 (1.7.0) FAILED and was put back", report.Title);
        Assert.Equal([("taken back", 7), ("serves again", 6)], report.Released.Select(r => (r.Role, r.Number)));
        Assert.Equal("Deploy of release 7", Assert.Single(report.Faults).Where);
        Assert.Equal("For 12.5 s (12 of 35 probes from 19:00:40 to 19:01:15 UTC; before that nobody measured)", report.Affected);
        Assert.Equal(report.Timeline.OrderBy(t => t.At), report.Timeline);
        Assert.Equal(
            ["Release 7 (1.7.0) begins, by ann@laptop", "Migrate of release 7 begins", "Migrate of release 7: done", "Deploy of release 7 begins",
                "Deploy of release 7: FAILED: Deployment/api failed after 35 s: CrashLoopBackOff", "https://api.example.com/health fails: status 503", "Evidence kept in diagnosis-1.zip",
                "https://api.example.com/health fails for the last time that was seen", "Ended: put back: the release before serves again"],
            report.Timeline.Select(t => t.What));
    }

    [Fact]
    public void It_tells_of_a_rollback_every_release_that_it_took_back_and_the_persons_words()
    {
        var back = Given.Back(9, from: 8, to: 6) with { Reason = "orders are lost" };
        var report = Of(back, Given.Good(8), Given.Ended(7, ReleaseOutcome.NotPutBack), Given.Good(6));

        Assert.Equal([("taken back", 8), ("taken back", 7), ("serves again", 6)], report.Released.Select(r => (r.Role, r.Number)));
        Assert.Equal(new SeenFault("Who rolled back", "orders are lost"), report.Faults.Single());
        Assert.Equal("Not measured", report.Affected);
        Assert.Null(report.Availability);
        Assert.Equal(IncidentEnd.Back, report.End);
    }

    [Fact]
    public void Nothing_that_a_log_says_becomes_part_of_the_page()
    {
        var html = IncidentHtml.Of(Of(Crashed, Given.Good(6)));

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', html);
        Assert.DoesNotContain('\u202E', html);
        Assert.DoesNotMatch(new Regex("""(src|href)\s*=\s*["']|url\(|@import"""), html.Replace("src=x", "", StringComparison.Ordinal));
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public void In_Markdown_it_is_text_as_well()
    {
        var page = IncidentMarkdown.Of(Of(Crashed, Given.Good(6)));

        var fence = Regex.Match(page, "\n(`{4,})\nDeployment/api failed.*?\n\\1\n", RegexOptions.Singleline);
        Assert.True(fence.Success, page);
        var outside = page.Replace(fence.Value, "", StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex(@"(?<!\\)<"), outside);
        Assert.DoesNotMatch(new Regex(@"(?<!\\)\[click"), outside);
        Assert.DoesNotContain('\u001b', page);
        Assert.Contains("NOT BACK: the bucket is gone", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_say_the_same()
    {
        var report = Of(Crashed, Given.Good(6));
        var (html, page) = (IncidentHtml.Of(report), IncidentMarkdown.Of(report));

        foreach (var said in (IEnumerable<string>)[report.Affected, report.Title, "artifacts/diagnosis-1.zip", .. report.Questions, .. report.Released.Select(r => r.Commit), .. report.Timeline.Where(t => !t.What.Contains('<', StringComparison.Ordinal)).Select(t => t.What)])
        {
            Assert.Contains(System.Net.WebUtility.HtmlEncode(said), html, StringComparison.Ordinal);
            Assert.Contains(said, page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Secrets_that_the_record_let_through_are_masked()
    {
        var report = IncidentReport.Of(
            Crashed with { Reason = "the token=abcdefgh leaked", Steps = [new StepRecord("Deploy", StepState.Failed, Given.Moment, Given.Moment, "DB_PASSWORD=hunter22")] },
            Given.History(Crashed, Given.Good(6)), EvidenceMask.Without);

        foreach (var text in (string[])[IncidentHtml.Of(report), IncidentMarkdown.Of(report)])
        {
            Assert.DoesNotContain("hunter22", text, StringComparison.Ordinal);
            Assert.DoesNotContain("abcdefgh", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, 9)]
    [InlineData(9, 9)]
    [InlineData(8, 9)]
    [InlineData(7, 7)]
    [InlineData(6, null)]
    [InlineData(5, null)]
    public void An_incident_is_found_by_the_release_that_was_put_back_or_left_or_by_the_rollback(int? asked, int? found)
    {
        var history = Given.History(Given.Back(9, from: 8, to: 6), Given.Good(8), Crashed, Given.Good(6));

        Assert.Equal(found, IncidentReading.Find(history, asked)?.Number);
    }

    [Theory]
    [InlineData(10, null)]
    [InlineData(9, 11)]
    [InlineData(8, 11)]
    [InlineData(12, 13)]
    public void A_release_that_never_served_is_found_by_the_first_rollback_that_took_it_back(int asked, int? found)
    {
        var history = Given.History(
            Given.Good(6), Given.Good(7), Given.Ended(8, ReleaseOutcome.NotPutBack), Given.Ended(9, ReleaseOutcome.Unfinished), Given.Ended(10, ReleaseOutcome.Failed),
            Given.Back(11, from: 7, to: 7), Given.Good(12), Given.Back(13, from: 12, to: 6));

        Assert.Equal(found, IncidentReading.Find(history, asked)?.Number);
    }

    private static IncidentReport Of(Release release, params Release[] earlier) => IncidentReport.Of(release, Given.History([release, .. earlier]), t => t);
}
