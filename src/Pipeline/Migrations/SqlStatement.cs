using System.Collections.Immutable;

namespace Pipeline.Migrations;

/// <summary>One statement of a migration.</summary>
/// <param name="Tokens">What it is made of, without comments; empty for a mark.</param>
/// <param name="Mark">Set instead of tokens: the comment by which <c>alembic</c> says which revision follows, as in <c>-- Running upgrade a -&gt; b</c>.</param>
internal sealed record SqlStatement(ImmutableArray<SqlToken> Tokens, string? Mark = null)
{
    private const int Longest = 160;

    /// <summary>On one line and without values: those may be anybody's data.</summary>
    public override string ToString()
    {
        var text = "";
        foreach (var (token, before) in Tokens.Zip(Tokens.Prepend(default)))
            text += (text.Length == 0 || token.Text is ")" or "," or "." or "::" || before.Text is "(" or "." or "::" ? "" : " ") + Shown(token);
        return text.Length <= Longest ? text : $"{text[..Longest]}…";
    }

    private static string Shown(SqlToken token) => token.Kind switch
    {
        SqlKind.Word => token.Raw,
        SqlKind.Name => $"\"{token.Text}\"",
        SqlKind.Value => "'…'",
        _ => token.Text,
    };
}

/// <summary>One part of a statement.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A word in lower case, as PostgreSQL folds it; a name as it stands between its quotes; a symbol or a number.</param>
/// <param name="Raw">As it is written.</param>
internal readonly record struct SqlToken(SqlKind Kind, string Text, string Raw);

/// <summary>What a token is.</summary>
internal enum SqlKind
{
    /// <summary>A sign, as in <c>(</c>.</summary>
    Symbol,

    /// <summary>A keyword, or a name without quotes.</summary>
    Word,

    /// <summary>A name in double quotes.</summary>
    Name,

    /// <summary>A text in single quotes or between dollar signs.</summary>
    Value,

    /// <summary>A number.</summary>
    Number,
}
