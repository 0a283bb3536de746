namespace Pipeline.Migrations;

/// <summary>What <c>alembic</c> itself adds to a migration: transactions, and the moves of its version table.</summary>
internal static class VersionStatement
{
    private const string Table = "alembic_version";
    private const string Column = "version_num";

    /// <summary>True for a statement that <c>alembic</c> adds, and for nothing that only looks like one.</summary>
    public static bool Is(SqlStatement statement)
    {
        var cursor = new SqlCursor(statement.Tokens);
        return (cursor.Take("begin") || cursor.Take("commit") || IsMove(cursor)) && cursor.AtEnd;
    }

    // UPDATE alembic_version SET version_num='b' WHERE alembic_version.version_num = 'a'
    // INSERT INTO alembic_version (version_num) VALUES ('a') RETURNING alembic_version.version_num
    private static bool IsMove(SqlCursor cursor)
    {
        if (cursor.Take("create", "table"))
            return IsTable(cursor) && cursor.Group() is [{ Text: Column }, ..];
        if (cursor.Take("drop", "table"))
            return IsTable(cursor);
        if (cursor.Take("insert", "into"))
            return IsTable(cursor) && cursor.Group() is [{ Text: Column }] && cursor.Take("values") && cursor.Group() is [{ Kind: SqlKind.Value }] && (!cursor.Take("returning") || IsColumn(cursor));
        if (cursor.Take("delete", "from"))
            return IsTable(cursor) && IsCondition(cursor);
        return cursor.Take("update") && IsTable(cursor) && cursor.Take("set") && IsAssignment(cursor) && IsCondition(cursor);
    }

    private static bool IsTable(SqlCursor cursor) => cursor.Name()?.Split('\0')[^1] == Table;

    private static bool IsColumn(SqlCursor cursor) => cursor.Name()?.Split('\0')[^1] == Column;

    private static bool IsAssignment(SqlCursor cursor) => IsColumn(cursor) && cursor.Take("=") && cursor.Take(SqlKind.Value) is not null;

    private static bool IsCondition(SqlCursor cursor) => !cursor.Take("where") || IsAssignment(cursor);
}
