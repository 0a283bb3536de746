namespace Pipeline.Migrations;

/// <summary>Judges a column that a table with rows gets: older pods do not fill it.</summary>
/// <param name="types">The types of columns, kept up.</param>
/// <param name="newTypes">Enum types of the same revision.</param>
internal sealed class NewColumn(ColumnTypes types, IReadOnlySet<string> newTypes)
{
    private static readonly string[] Constraints = ["constraint", "check", "unique", "primary", "foreign", "exclude"];

    /// <summary>Judges what follows ADD.</summary>
    /// <returns>Why it is breaking; null when it is not.</returns>
    public string? WhyBreaking(SqlCursor cursor, string table)
    {
        if (!cursor.Take("column") && cursor.Rest is [{ Kind: SqlKind.Word } first, ..] && Constraints.Contains(first.Text))
            return "what older pods write may violate it";
        var mayExist = cursor.Take("if", "not", "exists");
        if (cursor.Identifier() is not { } column)
            return "it cannot be read";
        var type = SqlType.Take(cursor);
        if (type is null && !(cursor.Name() is { } name && newTypes.Contains(name)))
            return "its type is none of PostgreSQL's own, and may fill or check the column by itself";
        types.Set(table, column, mayExist ? null : type);
        return Rest(cursor);
    }

    private static string? Rest(SqlCursor cursor)
    {
        var (isNeeded, isFilled) = (false, false);
        while (!cursor.AtEnd)
        {
            if (cursor.Take("not", "null"))
                isNeeded = true;
            else if (cursor.Take("default"))
            {
                if (!IsConstant(cursor, out isFilled))
                    return "its default is not a constant: the whole table may be written anew while nobody can use it";
            }
            else if (!cursor.Take("null") && !(cursor.Take("collate") && cursor.Name() is not null))
                return "the column does more than hold a value";
        }

        return isNeeded && !isFilled ? "older pods do not fill the column, and it may not be empty" : null;
    }

    // PostgreSQL reads now() once, when the column is added, and keeps the value like any other constant.
    private static bool IsConstant(SqlCursor cursor, out bool isFilled)
    {
        isFilled = true;
        if (cursor.Take("null"))
            isFilled = false;
        else if (!(cursor.Take("now", "(", ")") || cursor.Take("current_timestamp") || cursor.Take("true") || cursor.Take("false") || cursor.Take(SqlKind.Value) is not null))
        {
            _ = cursor.Take("-") || cursor.Take("+");
            if (cursor.Take(SqlKind.Number) is null)
                return false;
        }

        return !cursor.Take("::") || SqlType.Take(cursor) is not null;
    }
}
