namespace Pipeline.Migrations;

/// <summary>
/// The list of what a migration may do while older pods work with the same database, now and after they came back: a new table or enum type,
/// a nullable or constant-default column, a non-unique index that is built concurrently, a wider type. Whatever is not on it is breaking.
/// </summary>
/// <param name="types">The types of columns, kept up as statements change them.</param>
internal sealed class CompatibleStatements(ColumnTypes types)
{
    private static readonly string[] Timeouts = ["lock_timeout", "statement_timeout"];
    private readonly HashSet<string> newTables = [];
    private readonly HashSet<string> newTypes = [];

    /// <summary>Judges the next statement of a revision.</summary>
    /// <returns>Why it is breaking; null when it is on the list.</returns>
    public string? WhyBreaking(SqlStatement statement)
    {
        var cursor = new SqlCursor(statement.Tokens);
        if (VersionStatement.Is(statement) || IsTimeout(cursor) || IsComment(statement))
            return null;
        if (cursor.Take("create", "table"))
            return NewTable(cursor);
        if (cursor.Take("create", "type"))
            return NewType(cursor);
        if (cursor.Take("alter", "table"))
            return ChangedTable(cursor);
        var isUnique = cursor.Take("create", "unique", "index");
        return isUnique || cursor.Take("create", "index")
            ? new NewIndex(newTables).WhyBreaking(cursor, isUnique)
            : "it is not on the list of what older pods can live with";
    }

    // SET LOCAL lock_timeout = '5s'
    private static bool IsTimeout(SqlCursor cursor)
    {
        if (!cursor.Take("set"))
            return false;
        _ = cursor.Take("local") || cursor.Take("session");
        return Timeouts.Any(t => cursor.Take(t)) && (cursor.Take("=") || cursor.Take("to")) && (cursor.Take(SqlKind.Value) ?? cursor.Take(SqlKind.Number)) is not null && cursor.AtEnd;
    }

    // COMMENT ON COLUMN t.c IS '…'
    private static bool IsComment(SqlStatement statement) =>
        statement.Tokens is [{ Kind: SqlKind.Word, Text: "comment" }, { Kind: SqlKind.Word, Text: "on" }, .., { Kind: SqlKind.Word, Text: "is" }, { Kind: SqlKind.Value } or { Kind: SqlKind.Word, Text: "null" }];

    private string? NewTable(SqlCursor cursor)
    {
        var mayExist = cursor.Take("if", "not", "exists");
        if (cursor.Name() is not { } table || cursor.Group() is not { } body)
            return "it makes more than an ordinary new table";
        if (cursor.Take("partition", "by"))
            _ = (cursor.Identifier(), cursor.Group());
        if (!cursor.AtEnd)
            return "it makes more than an ordinary new table";
        var why = ForeignKeys(body, table);
        // One that was there already is not new, whatever this statement says.
        if (why is null && !mayExist)
            newTables.Add(table);
        return why;
    }

    // Rows of the new table hold on to rows that older pods want to delete.
    private string? ForeignKeys(IReadOnlyList<SqlToken> tokens, string self)
    {
        foreach (var part in SqlCursor.Parts(tokens))
        {
            var at = part.ToList().FindIndex(t => t is { Kind: SqlKind.Word, Text: "references" });
            if (at < 0)
                continue;
            var cursor = new SqlCursor([.. part.Skip(at + 1)]);
            var other = cursor.Name();
            var lets = Enumerable.Range(at, Math.Max(0, part.Count - at - 2)).Any(i => part[i].Text == "on" && part[i + 1].Text == "delete" && part[i + 2] is { Kind: SqlKind.Word, Text: "cascade" });
            if (other is null || (other != self && !newTables.Contains(other) && !lets))
                return $"its rows keep older pods from deleting rows of {other?.Replace('\0', '.') ?? "another table"}; ON DELETE CASCADE does not";
        }

        return null;
    }

    private string? NewType(SqlCursor cursor)
    {
        if (cursor.Name() is not { } name || !cursor.Take("as", "enum") || cursor.Group() is null || !cursor.AtEnd)
            return "only a new enum type is known to change nothing";
        newTypes.Add(name);
        return null;
    }

    private string? ChangedTable(SqlCursor cursor)
    {
        _ = cursor.Take("if", "exists");
        _ = cursor.Take("only");
        if (cursor.Name() is not { } table || cursor.AtEnd)
            return "it cannot be read";
        var isNew = newTables.Contains(table);
        return SqlCursor.Parts(cursor.Rest).Select(a => isNew ? OfNewTable(a, table) : OfOldTable(new SqlCursor(a), table)).FirstOrDefault(why => why is not null);
    }

    // Nobody else knows the table yet.
    private string? OfNewTable(IReadOnlyList<SqlToken> action, string table) => action is [{ Kind: SqlKind.Word, Text: "add" or "alter" }, ..]
        ? ForeignKeys(action, table)
        : "it does more than complete a new table";

    private string? OfOldTable(SqlCursor action, string table)
    {
        if (action.Take("add"))
            return new NewColumn(types, newTypes).WhyBreaking(action, table);
        if (!action.Take("alter"))
            return "older pods may use what it changes";
        _ = action.Take("column");
        return action.Identifier() is { } column && (action.Take("type") || action.Take("set", "data", "type"))
            ? WiderType(action, table, column)
            : "older pods count on the column as it is";
    }

    private string? WiderType(SqlCursor action, string table, string column)
    {
        var (from, to) = (types.Of(table, column), SqlType.Take(action));
        if (to is null || !action.AtEnd)
            return "only a change to another of PostgreSQL's own types, without an expression, can be judged";
        types.Set(table, column, to);
        if (from is null)
            return "the column's type is not known, so nobody can say whether this one is wider";
        return from.WidensTo(to) ? null : $"from {from} to {to} writes the whole table anew while nobody can use it, or loses something";
    }
}
