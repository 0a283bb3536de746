using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pipeline.Errors;

namespace Pipeline.Migrations;

/// <summary>The revisions that an image carries, as <c>alembic history</c> prints them.</summary>
/// <param name="Revisions">Oldest first.</param>
internal sealed partial record RevisionHistory(ImmutableArray<SchemaRevision> Revisions)
{
    /// <summary>The one revision that nothing follows; null when there is none at all.</summary>
    /// <exception cref="FailureException">There are several.</exception>
    public SchemaRevision? Head => Revisions.Where(r => r.IsHead).ToList() switch
    {
        [] => null,
        [var head] => head,
        var heads => throw FailureException.Refused($"The image carries several heads ({string.Join(", ", heads.Select(h => h.Id))}), so 'head' means nothing. Join them with 'alembic merge' and release again."),
    };

    /// <summary>True when the image carries this revision.</summary>
    public bool Knows(string revision) => Revisions.Any(r => r.Id == revision);

    /// <summary>The revisions that lead from one to the head, oldest first.</summary>
    /// <param name="current">The revision that the database has; null before the first migration.</param>
    public ImmutableArray<SchemaRevision> After(string? current)
    {
        // Across a join, one branch may be applied already: everything that leads to the current one is.
        var (wanted, done) = (UpTo(Head?.Id), UpTo(current));
        return [.. Revisions.Where(r => wanted.Contains(r.Id) && !done.Contains(r.Id))];
    }

    /// <summary>Reads what <c>alembic history</c> printed, newest first:
    /// <c>aaaa -&gt; bbbb (head), add a column</c>, <c>&lt;base&gt; -&gt; aaaa, first</c>, <c>a, b -&gt; c (mergepoint), join</c>.</summary>
    public static RevisionHistory Parse(IEnumerable<string> lines) =>
        new([.. from line in lines.Reverse()
                let match = Line().Match(line)
                where match.Success
                select new SchemaRevision(
                    match.Groups["id"].Value,
                    [.. DependsOn().Replace(match.Groups["parents"].Value, "").Split(',', StringSplitOptions.TrimEntries).Where(p => p != "<base>")],
                    match.Groups["marks"].Value.Contains("(head)", StringComparison.Ordinal),
                    match.Groups["doc"].Value)]);

    private HashSet<string> UpTo(string? revision)
    {
        var found = new HashSet<string>();
        var next = new Stack<string>(revision is null ? [] : [revision]);
        while (next.TryPop(out var id))
            if (found.Add(id))
                foreach (var parent in Revisions.FirstOrDefault(r => r.Id == id)?.Parents ?? [])
                    next.Push(parent);
        return found;
    }

    [GeneratedRegex(@"^(?<parents>[^>]*?(<base>)?) -> (?<id>\S+?)(?<marks>( \([^)]*\))*), (?<doc>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();

    // aaaa (dep1, dep2) -> bbbb
    [GeneratedRegex(@" \([^)]*\)")]
    private static partial Regex DependsOn();
}

/// <summary>One revision.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parents">What it follows; empty for the first.</param>
/// <param name="IsHead">True when nothing follows it.</param>
/// <param name="Doc">Its first line of documentation.</param>
internal sealed record SchemaRevision(string Id, ImmutableArray<string> Parents, bool IsHead, string Doc);
