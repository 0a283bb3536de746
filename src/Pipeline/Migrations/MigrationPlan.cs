namespace Pipeline.Migrations;

/// <summary>What an image carries, and what a move of the schema would run; read in one go, with nothing changed.</summary>
/// <param name="History">The revisions that the image carries.</param>
/// <param name="Text">The SQL as it was printed; empty when there is none.</param>
/// <param name="Sql">The SQL as it was understood.</param>
internal sealed record MigrationPlan(RevisionHistory History, string Text, MigrationSql Sql)
{
    private const string Begin = "-- pipeline: sql";
    private const string End = "-- pipeline: end";

    // Log lines go to the other stream, and a Job's log mixes both: without it they would stand in the middle of statements.
    private const string Script = $"""
        set -e
        alembic history
        echo '{Begin}'
        set +e
        alembic "$0" "$1" --sql 2>/dev/null && echo '{End}' && exit 0
        alembic "$0" "$1" --sql 2>&1
        exit 0
        """;

    /// <summary>The command that prints the history, and the SQL from a revision to the head.</summary>
    /// <param name="before">The revision that the database has; null before the first migration.</param>
    public static string[] Upgrade(string? before) => ["sh", "-c", Script, "upgrade", before is null ? "head" : $"{before}:head"];

    /// <summary>The command that prints the history, and the SQL from a revision down to another.</summary>
    public static string[] Downgrade(string from, string? to) => ["sh", "-c", Script, "downgrade", $"{from}:{to ?? "base"}"];

    /// <summary>Reads what the command printed.</summary>
    public static MigrationPlan Read(IEnumerable<string> printed)
    {
        var lines = printed.ToList();
        var (begin, end) = (lines.IndexOf(Begin), lines.IndexOf(End));
        var history = RevisionHistory.Parse(begin < 0 ? lines : lines.Take(begin));
        if (end < 0)
            return new MigrationPlan(history, "", MigrationSql.Unreadable(Why(begin < 0 ? [] : lines[(begin + 1)..])));
        var text = string.Join('\n', lines[(begin + 1)..end]);
        return new MigrationPlan(history, text, MigrationSql.Read(text + "\n"));
    }

    // FAILED: Can't locate revision identified by 'ffff', or the last line of a traceback
    private static string Why(List<string> lines) =>
        lines.Find(l => l.StartsWith("FAILED: ", StringComparison.Ordinal)) ?? lines.FindLast(l => l.Length > 0 && !char.IsWhiteSpace(l[0])) ?? "alembic printed none";
}
