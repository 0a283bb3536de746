using System.Collections.Immutable;
using System.Text;

namespace Pipeline.Migrations;

/// <summary>
/// Splits PostgreSQL's SQL into statements and their tokens: quotes, dollar quotes, nested comments. Understands no statement; what it cannot
/// read to its end is a fault, never a guess.
/// </summary>
internal sealed class SqlReader
{
    private const string MarkStart = "-- Running ";
    private readonly string sql;
    private readonly List<SqlStatement> statements = [];
    private readonly ImmutableArray<SqlToken>.Builder tokens = ImmutableArray.CreateBuilder<SqlToken>();
    private int at;

    private SqlReader(string sql) => this.sql = sql;

    private char Now => at < sql.Length ? sql[at] : '\0';

    private char Next => at + 1 < sql.Length ? sql[at + 1] : '\0';

    /// <summary>Reads all of it.</summary>
    /// <returns>The statements and <c>alembic</c>'s marks in their order, and why the rest cannot be read; null when there is no rest.</returns>
    public static (IReadOnlyList<SqlStatement> Statements, string? Fault) Read(string sql)
    {
        var reader = new SqlReader(sql.ReplaceLineEndings("\n"));
        return (reader.statements, reader.ReadAll());
    }

    private string? ReadAll()
    {
        while (at < sql.Length)
            if (ReadOne() is { } fault)
                return $"{fault} (line {sql[..Math.Min(at, sql.Length)].Count(c => c == '\n') + 1})";
        return tokens.Count == 0 ? null : "its last statement does not end";
    }

    private string? ReadOne()
    {
        var c = Now;
        if (char.IsWhiteSpace(c))
            at++;
        else if (c == '-' && Next == '-')
            LineComment();
        else if (c == '/' && Next == '*')
            return BlockComment();
        else if (c == '\'')
            return Quoted(SqlKind.Value, '\'', escapes: false);
        else if (c == '"')
            return Quoted(SqlKind.Name, '"', escapes: false);
        else if (c == '$' && DollarTag() is { } tag)
            return DollarQuoted(tag);
        else if (char.IsLetter(c) || c == '_')
            return Word();
        else if (char.IsAsciiDigit(c))
            Take(SqlKind.Number, w => char.IsAsciiLetterOrDigit(w) || w is '.' or '_');
        else if (c == ';')
            End();
        else if (char.IsControl(c) || c is '\\' or '\0')
            return $"'{c}' is no SQL";
        else
            Symbol(c == ':' && Next == ':' ? "::" : $"{c}");
        return null;
    }

    private void LineComment()
    {
        var end = sql.IndexOf('\n', at);
        var text = sql[at..(end < 0 ? sql.Length : end)];
        // Inside a statement it is a comment like any other.
        if (tokens.Count == 0 && text.StartsWith(MarkStart, StringComparison.Ordinal) && (at == 0 || sql[at - 1] == '\n'))
            statements.Add(new SqlStatement([], text));
        at += text.Length;
    }

    private string? BlockComment()
    {
        var depth = 0;
        do
        {
            if (at >= sql.Length)
                return "a comment does not end";
            var (step, change) = (Now, Next) switch { ('/', '*') => (2, 1), ('*', '/') => (2, -1), _ => (1, 0) };
            at += step;
            depth += change;
        }
        while (depth > 0);
        return null;
    }

    private string? Quoted(SqlKind kind, char quote, bool escapes)
    {
        var start = at++;
        var text = new StringBuilder();
        for (; at < sql.Length; at++)
        {
            if (escapes && Now == '\\')
                at++;
            else if (Now == quote && Next == quote)
                at++;
            else if (Now == quote)
            {
                at++;
                tokens.Add(new SqlToken(kind, text.ToString(), sql[start..at]));
                return null;
            }

            text.Append(Now);
        }

        return $"what begins with {quote} does not end";
    }

    // $$ or $name$, but not the parameter $1
    private string? DollarTag()
    {
        var end = at + 1;
        while (end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] == '_'))
            end++;
        return end < sql.Length && sql[end] == '$' && !char.IsAsciiDigit(Next) ? sql[at..(end + 1)] : null;
    }

    private string? DollarQuoted(string tag)
    {
        var end = sql.IndexOf(tag, at + tag.Length, StringComparison.Ordinal);
        if (end < 0)
            return $"what begins with {tag} does not end";
        tokens.Add(new SqlToken(SqlKind.Value, sql[(at + tag.Length)..end], sql[at..(end + tag.Length)]));
        at = end + tag.Length;
        return null;
    }

    private string? Word()
    {
        // E'…' is the one text in which a backslash means something.
        if (Now is 'e' or 'E' && Next == '\'')
        {
            at++;
            return Quoted(SqlKind.Value, '\'', escapes: true);
        }

        Take(SqlKind.Word, w => char.IsLetterOrDigit(w) || w is '_' or '$');
        return null;
    }

    private void Take(SqlKind kind, Func<char, bool> belongs)
    {
        var start = at;
        while (at < sql.Length && belongs(Now))
            at++;
        var raw = sql[start..at];
#pragma warning disable CA1308 // PostgreSQL folds to lower case.
        tokens.Add(new SqlToken(kind, raw.ToLowerInvariant(), raw));
#pragma warning restore CA1308
    }

    private void Symbol(string text)
    {
        at += text.Length;
        tokens.Add(new SqlToken(SqlKind.Symbol, text, text));
    }

    private void End()
    {
        at++;
        if (tokens.Count > 0)
            statements.Add(new SqlStatement(tokens.DrainToImmutable()));
    }
}
