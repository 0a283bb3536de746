using System.Text.RegularExpressions;

namespace Pipeline.Migrations;

/// <summary>The revisions in an image's sources, for where no container can be asked.</summary>
internal static partial class MigrationFiles
{
    /// <summary>Reads every file in the folders named <c>versions</c>.</summary>
    public static RevisionHistory Read(string folder)
    {
        var found = Directory.EnumerateDirectories(folder, "versions", SearchOption.AllDirectories)
            .SelectMany(d => Directory.EnumerateFiles(d, "*.py")).Select(File.ReadAllText).Select(Parse).OfType<SchemaRevision>().ToList();
        var followed = found.SelectMany(r => r.Parents).ToHashSet();
        return new RevisionHistory([.. Ordered(found).Select(r => r with { IsHead = !followed.Contains(r.Id) })]);
    }

    // """Adds files."""
    // revision = "c7a41e88d356"
    // down_revision = "3f1c9a0b7d21"      or None, or ("a", "b")
    private static SchemaRevision? Parse(string text) => Revision().Match(text) is { Success: true } match
        ? new SchemaRevision(
            match.Groups["id"].Value,
            [.. Quoted().Matches(Parents().Match(text).Groups["ids"].Value).Select(m => m.Groups["id"].Value)],
            IsHead: false,
            Doc().Match(text).Groups["doc"].Value.Trim())
        : null;

    private static IEnumerable<SchemaRevision> Ordered(List<SchemaRevision> left)
    {
        var known = new HashSet<string>();
        while (left.FirstOrDefault(r => r.Parents.All(known.Contains)) is { } next)
        {
            left.Remove(next);
            known.Add(next.Id);
            yield return next;
        }
    }

    [GeneratedRegex("""^revision(: \w+)? = ["'](?<id>[^"']+)["']""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Revision();

    [GeneratedRegex("""^down_revision[^=\n]*= (?<ids>\([^)]*\)|[^\n]*)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Parents();

    [GeneratedRegex("""["'](?<id>[^"']+)["']""", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();

    [GeneratedRegex("\\A\\s*\"\"\"(?<doc>[^\\n\"]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Doc();
}
