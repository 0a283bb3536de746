using System.Text.RegularExpressions;

namespace Build.Tests.Documents;

/// <summary>The decisions in <c>docs/adr</c> and their index.</summary>
public sealed partial class DecisionsTests
{
    private static readonly Document Index = Repository.Documents.Single(d => d.Name == "docs/adr/README.md");
    private static readonly IReadOnlyList<Document> Decisions = [.. Repository.Documents.Where(d => d.Name.StartsWith("docs/adr/", StringComparison.Ordinal) && d != Index)];

    [Fact]
    public void No_number_is_used_twice()
    {
        var numbers = Decisions.Select(NumberOf).ToList();

        Assert.Equal(Enumerable.Range(1, Decisions.Count).Select(n => $"{n:0000}"), numbers);
    }

    [Fact]
    public void The_index_has_each_decision_with_its_title_and_status()
    {
        var rows = Decisions.Select(d => (string[])[$"[{NumberOf(d)}]({Path.GetFileName(d.Path)})", Title().Match(d.Text).Groups["title"].Value, Status().Match(d.Text).Groups["status"].Value]);

        Assert.Equal(rows, Index.Rows.Skip(1));
    }

    [Fact]
    public void Each_decision_has_its_three_parts_and_fits_a_page()
    {
        Assert.All(Decisions, d => Assert.Equal(["## Context", "## Decision", "## Consequences"], d.Text.Split('\n').Where(l => l.StartsWith("## ", StringComparison.Ordinal))));
        Assert.All(Decisions, d => Assert.True(d.Text.Split('\n').Length <= 60, $"{d} is longer than a page."));
    }

    // Of the file's name; the title repeats it.
    private static string NumberOf(Document decision)
    {
        var number = Path.GetFileName(decision.Path)[..4];
        Assert.StartsWith($"# {number}: ", decision.Text, StringComparison.Ordinal);
        return number;
    }

    [GeneratedRegex(@"^# \d{4}: (?<title>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Title();

    [GeneratedRegex(@"^Status: (?<status>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Status();
}
