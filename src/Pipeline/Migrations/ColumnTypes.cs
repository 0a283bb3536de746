using Pipeline.Databases;

namespace Pipeline.Migrations;

/// <summary>The types that the database's columns have: whether a change of type widens it cannot be seen in the change itself.</summary>
internal sealed class ColumnTypes
{
    private const string Sql = """
        select string_agg(case when pg_table_is_visible(c.oid) then '' else n.nspname end || chr(1) || c.relname || chr(1) || a.attname || chr(1) || format_type(a.atttypid, a.atttypmod), chr(2))
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace join pg_type t on t.oid = a.atttypid
        where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and t.typtype = 'b' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
        """;

    private readonly Dictionary<(string Table, string Column), SqlType?> types = [];

    /// <summary>Reads them.</summary>
    public static async Task<ColumnTypes> ReadAsync(Database database, CancellationToken cancellation)
    {
        var read = new ColumnTypes();
        foreach (var line in (await database.ScalarAsync(Sql, cancellation) ?? "").Split('\u0002', StringSplitOptions.RemoveEmptyEntries))
            if (line.Split('\u0001') is [var schema, var table, var column, var type])
                read.Set(schema.Length == 0 ? table : $"{schema}\0{table}", column, SqlType.Parse(type));
        return read;
    }

    /// <summary>The type of a column; null when nobody knows.</summary>
    public SqlType? Of(string table, string column) => types.GetValueOrDefault((table, column));

    /// <summary>Says what a statement makes of a column; null for what nobody knows.</summary>
    public void Set(string table, string column, SqlType? type) => types[(table, column)] = type;
}
