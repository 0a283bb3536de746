using System.Text.RegularExpressions;

namespace Build.Tests.Documents;

/// <summary>The original procedure, kept beside this file, and what <c>docs/procedure.md</c> says of each of its lines.</summary>
public sealed partial class ProcedureTests
{
    private const string Contents = "目次";
    private static readonly Document Page = Repository.Documents.Single(d => d.Name == "docs/procedure.md");

    [Fact]
    public void Every_line_of_the_original_is_there_in_its_order()
    {
        var original = Lines(File.ReadAllLines(Repository.PathOf("tests", "Build.Tests", "Documents", "original-procedure.ja.md"))).ToList();

        Assert.True(original.Count > 130, $"Only {original.Count} lines were found.");
        var position = 0;
        foreach (var line in original)
        {
            var found = Page.Text.IndexOf(line, position, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{line}' is missing, or stands before what it follows in the original.");
            position = found + line.Length;
        }
    }

    [Fact]
    public void Every_command_says_what_does_it_now()
    {
        var commands = Page.Rows.Where(r => r[0].StartsWith('`') && !r[0].StartsWith("`#", StringComparison.Ordinal)).ToList();

        Assert.True(commands.Count > 50, $"Only {commands.Count} commands were found.");
        Assert.All(commands, c => Assert.True(c is [_, _, { Length: > 0 }], $"{c[0]} does not say what does it now."));
    }

    [Theory]
    [InlineData("### 3.2", "deployment.yaml")]
    [InlineData("### 6.2", "monitoring.yaml")]
    public void What_is_called_the_same_stands_in_the_manifest(string section, string manifest)
    {
        var held = File.ReadAllLines(Repository.PathOf("k8s", manifest)).Select(Plain).ToHashSet();
        var same = new Document("", Section(section)).Rows.Where(r => r[^1].StartsWith("the same", StringComparison.Ordinal)).Select(r => Plain(r[0].Trim('`'))).ToList();

        Assert.NotEmpty(same);
        Assert.All(same, s => Assert.True(held.Contains(s), $"k8s/{manifest} does not hold '{s}'."));
    }

    private static string Plain(string line) => line.Trim().Replace("\"", "", StringComparison.Ordinal);

    private static string Section(string heading)
    {
        var start = Page.Text.IndexOf(heading, StringComparison.Ordinal);
        var end = Page.Text.IndexOf("\n#", start, StringComparison.Ordinal);
        return Page.Text[start..end];
    }

    private static IEnumerable<string> Lines(IEnumerable<string> markdown)
    {
        string? block = null;
        foreach (var line in markdown.Select(l => l.Trim()).Where(l => l.Length > 0))
            if (line.StartsWith("```", StringComparison.Ordinal))
                block = block is null ? line[3..] : null;
            else if (Text(line, block) is { } text)
                yield return text;
    }

    // Commands and manifests as they are; the tree of the environment, lists, headings and tables without their drawing.
    private static string? Text(string line, string? block) =>
        block is "bash" or "yaml" ? $"`{line}`"
        : line.StartsWith('|') ? line.StartsWith("|--", StringComparison.Ordinal) ? null : string.Join(" · ", line.Trim('|', ' ').Split('|').Select(c => c.Trim()))
        : Link().IsMatch(line) ? null
        : Drawing().Replace(line, "").Trim('*') is { Length: > 0 } text && text != Contents ? text : null;

    [GeneratedRegex(@"^\d+\. \[")]
    private static partial Regex Link();

    [GeneratedRegex(@"^(#+ |[│├└─ ]+|- \[ \] |- )*(\d+(\.\d+)*\.? )?")]
    private static partial Regex Drawing();
}
