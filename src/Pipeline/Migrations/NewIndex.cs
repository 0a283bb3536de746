namespace Pipeline.Migrations;

/// <summary>Judges a new index: it must neither lock the table nor refuse a row.</summary>
/// <param name="newTables">Tables of the same revision.</param>
internal sealed class NewIndex(IReadOnlySet<string> newTables)
{
    private static readonly string[] Harmless = ["and", "or", "not", "in", "where"];

    /// <summary>Judges what follows INDEX.</summary>
    /// <returns>Why it is breaking; null when it is not.</returns>
    public string? WhyBreaking(SqlCursor cursor, bool isUnique)
    {
        var isConcurrent = cursor.Take("concurrently");
        _ = cursor.Take("if", "not", "exists");
        if (!cursor.Take("on") && (cursor.Name() is null || !cursor.Take("on")))
            return "it cannot be read";
        _ = cursor.Take("only");
        if (cursor.Name() is not { } table)
            return "it cannot be read";
        if (newTables.Contains(table))
            return null;
        if (isUnique)
            return "it refuses rows that older pods may write";
        return isConcurrent ? Columns(cursor) : "nobody can write to the table while it is built; CONCURRENTLY avoids that";
    }

    private static string? Columns(SqlCursor cursor)
    {
        const string MayFail = "an expression in it may fail for rows that older pods write";
        if (cursor.Take("using") && cursor.Identifier() is null)
            return "it cannot be read";
        if (cursor.Group() is not { } columns || columns.Any(t => SqlCursor.IsSymbol(t, "(")))
            return MayFail;
        if (cursor.Take("include") && cursor.Group() is null)
            return "it cannot be read";
        if (cursor.Take("with") && cursor.Group() is null)
            return "it cannot be read";
        if (cursor.AtEnd)
            return null;
        return cursor.Take("where") && IsHarmless(cursor.Rest) ? null : MayFail;
    }

    // Comparisons; no function, no cast, no arithmetic.
    private static bool IsHarmless(IReadOnlyList<SqlToken> condition) =>
        condition.All(t => t.Kind != SqlKind.Symbol || t.Text is "(" or ")" or "," or "." or "=" or "<" or ">" or "!")
        && !condition.Zip(condition.Skip(1)).Any(p => SqlCursor.IsSymbol(p.Second, "(") && (p.First.Kind == SqlKind.Name || (p.First.Kind == SqlKind.Word && !Harmless.Contains(p.First.Text))));
}
