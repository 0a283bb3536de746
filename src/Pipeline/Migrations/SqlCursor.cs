namespace Pipeline.Migrations;

/// <summary>Goes through the tokens of a statement from left to right. Each method takes what it finds, or nothing.</summary>
internal sealed class SqlCursor(IReadOnlyList<SqlToken> tokens)
{
    private int at;

    /// <summary>True when every token is taken.</summary>
    public bool AtEnd => at >= tokens.Count;

    /// <summary>What is not taken yet.</summary>
    public IReadOnlyList<SqlToken> Rest => [.. tokens.Skip(at)];

    private SqlToken Now => AtEnd ? default : tokens[at];

    /// <summary>Takes these keywords and symbols, all of them or none.</summary>
    public bool Take(params string[] words)
    {
        if (at + words.Length > tokens.Count || words.Where((w, i) => tokens[at + i].Kind is not (SqlKind.Word or SqlKind.Symbol) || tokens[at + i].Text != w).Any())
            return false;
        at += words.Length;
        return true;
    }

    /// <summary>Takes one token of this kind.</summary>
    public string? Take(SqlKind kind) => Now.Text is { } text && Now.Kind == kind ? tokens[at++].Text : null;

    /// <summary>Takes a name, with or without a schema; two names are the same when their texts are.</summary>
    public string? Name()
    {
        if (Identifier() is not { } name)
            return null;
        while (Take("."))
            name += $"\0{Identifier()}";
        return name;
    }

    /// <summary>Takes a name without a schema.</summary>
    public string? Identifier() => Take(SqlKind.Word) ?? Take(SqlKind.Name);

    /// <summary>Takes everything in a pair of parentheses, and them.</summary>
    public IReadOnlyList<SqlToken>? Group()
    {
        if (!IsSymbol(Now, "("))
            return null;
        for (var (end, depth) = (at, 0); end < tokens.Count; end++)
        {
            depth += IsSymbol(tokens[end], "(") ? 1 : IsSymbol(tokens[end], ")") ? -1 : 0;
            if (depth > 0)
                continue;
            IReadOnlyList<SqlToken> inside = [.. tokens.Skip(at + 1).Take(end - at - 1)];
            at = end + 1;
            return inside;
        }

        return null;
    }

    /// <summary>What stands between commas outside of parentheses and brackets.</summary>
    public static IEnumerable<IReadOnlyList<SqlToken>> Parts(IReadOnlyList<SqlToken> tokens)
    {
        var (part, depth) = (new List<SqlToken>(), 0);
        foreach (var token in tokens)
        {
            depth += IsSymbol(token, "(") || IsSymbol(token, "[") ? 1 : IsSymbol(token, ")") || IsSymbol(token, "]") ? -1 : 0;
            if (depth == 0 && IsSymbol(token, ","))
            {
                yield return part;
                part = [];
            }
            else
            {
                part.Add(token);
            }
        }

        yield return part;
    }

    /// <summary>True for this symbol.</summary>
    public static bool IsSymbol(SqlToken token, string symbol) => token.Kind == SqlKind.Symbol && token.Text == symbol;
}
