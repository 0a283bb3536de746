using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Containers;

/// <summary>The revisions in an image's <c>versions/</c> folder and the order that they have.</summary>
internal sealed partial class RevisionFiles
{
    private RevisionFiles(IReadOnlyList<RevisionFile> ordered) => Ordered = ordered;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RevisionFile> Ordered { get; }

    /// <summary>Those that nothing follows.</summary>
    public IEnumerable<RevisionFile> Heads => Ordered.Where(r => !Ordered.Any(o => o.Parents.Contains(r.Id)));

    /// <summary>Reads the files of an image.</summary>
    public static RevisionFiles Read(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        var left = files.Where(f => f.Key.Contains("/versions/", StringComparison.Ordinal) && f.Key.EndsWith(".py", StringComparison.Ordinal))
            .Select(f => Parse(Encoding.UTF8.GetString(f.Value.Span))).OfType<RevisionFile>().OrderBy(r => r.Id, StringComparer.Ordinal).ToList();
        var ordered = new List<RevisionFile>();
        while (left.Find(r => r.Parents.All(p => ordered.Exists(o => o.Id == p))) is { } next)
        {
            ordered.Add(next);
            left.Remove(next);
        }

        return new RevisionFiles(ordered);
    }

    /// <summary>The one that a person means by <c>head</c>, <c>heads</c>, <c>base</c>, an id or its beginning; null for the base.</summary>
    /// <param name="name">What they wrote.</param>
    /// <param name="current">From where steps as <c>-1</c> and <c>+1</c> are counted.</param>
    /// <exception cref="AlembicException">There is no such revision, or several.</exception>
    public RevisionFile? Resolve(string name, string? current)
    {
        if (name is "base")
            return null;
        if (name is "head" or "heads")
            return Heads.ToList() is [var head] ? head : throw new AlembicException("Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads");
        if (name[0] is '+' or '-' && int.TryParse(name, out var steps))
            return At(IndexOf(current) + steps, name);
        return Ordered.Where(r => r.Id.StartsWith(name, StringComparison.Ordinal)).ToList() is [var found]
            ? found : throw new AlembicException($"Can't locate revision identified by '{name}'");
    }

    /// <summary>Where a revision stands; -1 for the base.</summary>
    /// <exception cref="AlembicException">The image does not carry it.</exception>
    public int IndexOf(string? id)
    {
        if (id is null)
            return -1;
        var index = Ordered.ToList().FindIndex(r => r.Id == id);
        return index >= 0 ? index : throw new AlembicException($"Can't locate revision identified by '{id}'");
    }

    private RevisionFile? At(int index, string asked) =>
        index == -1 ? null : index >= 0 && index < Ordered.Count ? Ordered[index] : throw new AlembicException($"Relative revision {asked} didn't produce {Math.Abs(int.Parse(asked))} migrations");

    // """add a description to datasets"""
    // revision = "8b62d4e5f093"
    // down_revision = "3f1c9a0b7d21"        or None, or ("3f1c9a0b7d21", "c7a41e88d356")
    private static RevisionFile? Parse(string text)
    {
        if (!Id().Match(text).Groups["id"].Success)
            return null;
        var parents = Quoted().Matches(Down().Match(text).Groups["down"].Value).Select(m => m.Groups["text"].Value);
        return new RevisionFile(Id().Match(text).Groups["id"].Value, [.. parents], Doc().Match(text).Groups["doc"].Value.Trim(), text);
    }

    [GeneratedRegex(@"^revision(\s*:[^=]+)?\s*=\s*[""'](?<id>\w+)[""']", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Id();

    [GeneratedRegex(@"^down_revision(\s*:[^=]+)?\s*=\s*(?<down>[^\n]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Down();

    [GeneratedRegex(@"[""'](?<text>\w+)[""']", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\A\s*[rR]?(""""""|''')\s*(?<doc>[^\n""']*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Doc();
}

/// <summary>One revision.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parents">What it follows; empty for the first.</param>
/// <param name="Doc">The first line of its documentation.</param>
/// <param name="Text">The whole file.</param>
internal sealed partial record RevisionFile(string Id, IReadOnlyList<string> Parents, string Doc, string Text)
{
    /// <summary>What is known of its SQL without Python: the texts that it executes. Other operations are named, going down as a statement, for they do something.</summary>
    /// <param name="direction"><c>upgrade</c> or <c>downgrade</c>.</param>
    public IEnumerable<string> Sql(string direction)
    {
        var body = Body().Matches(Text).FirstOrDefault(m => m.Groups["name"].Value == direction)?.Groups["body"].Value ?? "";
        foreach (Match operation in Operation().Matches(body))
            yield return operation.Groups["name"].Value == "execute" && operation.Groups["sql"] is { Success: true } sql ? $"{sql.Value.TrimEnd(';', ' ')};"
                : direction == "upgrade" ? $"-- {operation.Groups["name"].Value}: not known without alembic"
                : $"SELECT '{operation.Groups["name"].Value}: not known without alembic';";
    }

    /// <summary>As <c>alembic</c> writes a step: <c>3f1c9a0b7d21 -&gt; 8b62d4e5f093</c>.</summary>
    public string Step(string ofNone) => $"{(Parents.Count == 0 ? ofNone : string.Join(", ", Parents))} -> {Id}";

    // def upgrade() -> None:
    //     op.execute("ALTER TABLE …")
    [GeneratedRegex(@"^def (?<name>\w+)\(\)[^\n]*:[^\n]*\n(?<body>(([ \t]+[^\n]*)?(\n|\z))*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Body();

    [GeneratedRegex(@"\bop\.(?<name>\w+)\((\s*(?<quote>""""""|"")(?<sql>((?!\k<quote>).)*)\k<quote>\s*\))?", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Operation();
}
