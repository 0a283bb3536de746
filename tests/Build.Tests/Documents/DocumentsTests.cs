using System.Text.RegularExpressions;

namespace Build.Tests.Documents;

/// <summary>What the documents say of targets, flags and files.</summary>
public sealed partial class DocumentsTests
{
    private static readonly Document TargetPage = Repository.Documents.Single(d => d.Name == "docs/targets.md");

    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        var links = (from document in Repository.Documents from link in document.Links where !link.StartsWith("http", StringComparison.Ordinal) select (document, link)).ToList();

        Assert.True(links.Count > 30, $"Only {links.Count} links were found.");
        Assert.All(links, l => Assert.True(Leads(l.document, l.link), $"{l.document}: '{l.link}' leads nowhere."));
    }

    [Fact]
    public void Every_flag_that_is_mentioned_exists()
    {
        var known = Repository.Settings.Keys.Concat(Repository.HostFlags).ToHashSet();
        var mentioned = (from document in Repository.Documents from text in document.Own from Match flag in Flag().Matches(text) select (document, Flag: flag.Value)).Distinct().ToList();

        Assert.True(mentioned.Count > 60, $"Only {mentioned.Count} flags were found.");
        Assert.All(mentioned, m => Assert.True(known.Contains(m.Flag), $"{m.document}: there is no flag '{m.Flag}'."));
    }

    [Fact]
    public void Every_target_that_is_asked_for_exists()
    {
        var asked = (from document in Repository.Documents from command in document.Commands from target in TargetsIn(command) select (document, target)).Distinct().ToList();

        Assert.True(asked.Count > 15, $"Only {asked.Count} targets were found.");
        Assert.All(asked, a => Assert.True(Repository.Targets.Contains(a.target), $"{a.document}: there is no target '{a.target}'."));
    }

    [Fact]
    public void Every_target_is_described_and_no_other()
    {
        var described = SectionOfATarget().Matches(TargetPage.Text).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal);

        Assert.Equal(Repository.Targets, described);
    }

    [Fact]
    public void Every_flag_is_described()
    {
        Assert.Equal(Repository.Declarations, Repository.Settings.Count);
        Assert.Contains("--help", Repository.HostFlags);
        Assert.All(Repository.Settings.Keys.Concat(Repository.HostFlags), f => Assert.Contains($"`{f}`", TargetPage.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_default_is_the_one_that_help_states()
    {
        var stated = Repository.Settings.Where(s => s.Value.Length > 0).ToList();

        Assert.Contains(stated, s => s is { Key: "--rollout-timeout", Value: "10m" });
        Assert.All(stated, s => Assert.Contains(TargetPage.Rows, row => row[0] == $"`{s.Key}`" && row[^1].StartsWith($"`{s.Value}`", StringComparison.Ordinal)));
    }

    private static bool Leads(Document document, string link)
    {
        var parts = link.Split('#', 2);
        var path = parts[0].Length == 0 ? document.Path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document.Path)!, parts[0]));
        if (!File.Exists(path) && !Directory.Exists(path))
            return false;
        return parts.Length == 1 || Document.Read(path).Anchors.Contains(parts[1]);
    }

    // What follows ./build.sh up to the first flag, comment or ellipsis.
    private static IEnumerable<string> TargetsIn(string command) =>
        Call().Matches(command).SelectMany(m => m.Groups["words"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).TakeWhile(w => w[0] is not ('-' or '#' or '…')));

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*[a-z]")]
    private static partial Regex Flag();

    [GeneratedRegex(@"\./build\.sh(?<words>( +\S+)*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Call();

    [GeneratedRegex(@"^## (?<name>\w+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex SectionOfATarget();
}
