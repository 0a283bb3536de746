using System.Text.RegularExpressions;

namespace Build.Tests.Documents;

/// <summary>One Markdown file.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Text">All of it.</param>
internal sealed partial record Document(string Path, string Text)
{
    private const string Fence = "```";

    // Their flags are not ours.
    private static readonly string[] Foreign = ["alembic", "apt-get", "aws", "brew", "curl", "docker", "dotnet", "git", "kubectl", "locust", "npm", "pg_dump", "pg_restore"];

    /// <summary>Its path as people write it.</summary>
    public string Name => System.IO.Path.GetRelativePath(Repository.Root, Path).Replace('\\', '/');

    /// <summary>The addresses that its links lead to.</summary>
    public IEnumerable<string> Links => Link().Matches(Text).Select(m => m.Groups["address"].Value);

    /// <summary>What a link after <c>#</c> may name: each heading as the hosts of this repository spell it.</summary>
    public IEnumerable<string> Anchors => Heading().Matches(Text).Select(m => AnchorOf(m.Groups["text"].Value.Trim()));

    /// <summary>Whatever is meant to be typed: command lines, and everything between backticks.</summary>
    public IReadOnlyList<string> Commands { get; } = [.. CommandsIn(Text)];

    /// <summary>What is said of this build: commands of other programs are left out, prose is in.</summary>
    public IEnumerable<string> Own => Commands.Where(c => !Foreign.Contains(FirstWord(c))).Append(Span().Replace(ProseOf(Text), " "));

    public static Document Read(string path) => new(path, File.ReadAllText(path));

    /// <summary>The cells of every table row that stands under a heading or anywhere, without the row of dashes.</summary>
    public IEnumerable<string[]> Rows => Text.Split('\n').Where(l => l.StartsWith('|') && !l.StartsWith("| ---", StringComparison.Ordinal))
        .Select(l => l.Trim('|', ' ').Split(" |").Select(c => c.Trim()).ToArray());

    public override string ToString() => Name;

    private static string FirstWord(string command) => Assignment().Replace(command.TrimStart('$', ' '), "").Split(' ', '\n')[0];

    private static IEnumerable<string> CommandsIn(string text) =>
        CodeOf(text).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)
            .Concat(Span().Matches(ProseOf(text)).Select(m => m.Groups["code"].Value));

    private static string CodeOf(string text) => Part(text, isCode: true);

    private static string ProseOf(string text) => Part(text, isCode: false);

    // Blocks between fences, and lines that are indented by four.
    private static string Part(string text, bool isCode)
    {
        var isFenced = false;
        var lines = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            var isFence = line.TrimStart().StartsWith(Fence, StringComparison.Ordinal);
            isFenced ^= isFence;
            if (!isFence && (isFenced || line.StartsWith("    ", StringComparison.Ordinal)) == isCode)
                lines.Add(line);
        }

        return string.Join('\n', lines);
    }

    private static string AnchorOf(string heading) =>
        string.Concat(heading.ToLowerInvariant().Replace(' ', '-').Where(c => char.IsLetterOrDigit(c) || c is '-' or '_'));

    [GeneratedRegex(@"\[[^\]]*\]\((?<address>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Span();

    [GeneratedRegex(@"^(\w+=\S* +)+", RegexOptions.ExplicitCapture)]
    private static partial Regex Assignment();
}
