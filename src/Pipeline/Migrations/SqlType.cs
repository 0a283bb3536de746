using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Pipeline.Migrations;

/// <summary>One of PostgreSQL's own types. Others may be domains, which have rules of their own.</summary>
/// <param name="Name">As PostgreSQL itself calls it.</param>
/// <param name="Arguments">Length, or precision and scale.</param>
/// <param name="IsArray">True for an array of it.</param>
internal sealed record SqlType(string Name, ImmutableArray<int> Arguments, bool IsArray)
{
    private const string Varchar = "character varying";

    private static readonly FrozenDictionary<string, string> OneWord = new Dictionary<string, string>
    {
        ["int"] = "integer",
        ["int4"] = "integer",
        ["int8"] = "bigint",
        ["int2"] = "smallint",
        ["bool"] = "boolean",
        ["varchar"] = Varchar,
        ["char"] = "character",
        ["decimal"] = "numeric",
        ["float8"] = "double precision",
        ["float"] = "double precision",
        ["float4"] = "real",
        ["varbit"] = "bit varying",
        ["timestamptz"] = "timestamp with time zone",
        ["timetz"] = "time with time zone",
    }.Concat(((string[])["integer", "bigint", "smallint", "boolean", "numeric", "real", "text", "bytea", "date", "interval", "json", "jsonb", "uuid",
        "inet", "cidr", "macaddr", "xml", "tsvector", "bit", "money", "point", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"])
        .Select(n => KeyValuePair.Create(n, n))).ToFrozenDictionary();

    /// <summary>Takes a type; null when it is none of PostgreSQL's own.</summary>
    public static SqlType? Take(SqlCursor cursor)
    {
        if (NameOf(cursor) is not { } name)
            return null;
        var arguments = Numbers(cursor.Group());
        if (name is "timestamp" or "time")
        {
            name += cursor.Take("with", "time", "zone") ? " with time zone" : " without time zone";
            cursor.Take("without", "time", "zone");
        }

        var isArray = false;
        while (cursor.Take("[", "]"))
            isArray = true;
        return arguments is null ? null : new SqlType(name, arguments.Value, isArray);
    }

    /// <summary>Reads what <c>format_type</c> calls a type.</summary>
    public static SqlType? Parse(string text)
    {
        var cursor = new SqlCursor(SqlReader.Read($"{text};").Statements is [var only] ? only.Tokens : []);
        return Take(cursor) is { } type && cursor.AtEnd ? type : null;
    }

    /// <summary>True when every value stays as it is and the table is not written anew.</summary>
    public bool WidensTo(SqlType wider)
    {
        if (IsArray || wider.IsArray)
            return this == wider || (Name == wider.Name && IsArray == wider.IsArray && Arguments.SequenceEqual(wider.Arguments));
        return (Name, wider.Name) switch
        {
            (Varchar or "text", "text") => true,
            ("text", Varchar) => wider.Arguments.IsEmpty,
            (Varchar, Varchar) or ("bit varying", "bit varying") => wider.Arguments.IsEmpty || (Arguments is [var from] && wider.Arguments is [var to] && to >= from),
            ("numeric", "numeric") => wider.Arguments.IsEmpty || (!Arguments.IsEmpty && wider.Arguments[0] >= Arguments[0] && Scale(wider) == Scale(this)),
            _ => Name == wider.Name && Arguments.SequenceEqual(wider.Arguments),
        };
    }

    /// <inheritdoc />
    public override string ToString() => $"{Name}{(Arguments.IsEmpty ? "" : $"({string.Join(',', Arguments)})")}{(IsArray ? "[]" : "")}";

    private static int Scale(SqlType type) => type.Arguments.Length > 1 ? type.Arguments[1] : 0;

    private static string? NameOf(SqlCursor cursor)
    {
        if (cursor.Take("double", "precision"))
            return "double precision";
        if (cursor.Take("character", "varying"))
            return Varchar;
        if (cursor.Take("bit", "varying"))
            return "bit varying";
        foreach (var name in (string[])["character", "timestamp", "time"])
            if (cursor.Take(name))
                return name;
        return OneWord.Keys.FirstOrDefault(k => cursor.Take(k)) is { } alias ? OneWord[alias] : null;
    }

    private static ImmutableArray<int>? Numbers(IReadOnlyList<SqlToken>? group)
    {
        if (group is null)
            return [];
        var parts = SqlCursor.Parts(group).ToList();
        return parts.All(p => p is [{ Kind: SqlKind.Number } number] && int.TryParse(number.Text, out _)) ? [.. parts.Select(p => int.Parse(p[0].Text))] : null;
    }
}
