using System.Globalization;
using Pipeline.Databases;

namespace Pipeline.Backups;

/// <summary>One moment of the database, held open so that the dump and what is recorded about it show the same rows.</summary>
/// <param name="Id">What <c>pg_dump --snapshot</c> takes.</param>
/// <param name="SchemaRevision">The Alembic revision at that moment; null before the first migration.</param>
/// <param name="Tables">Schema and name of every table, separated by a space.</param>
internal sealed record Snapshot(string Id, string? SchemaRevision, IReadOnlyList<string> Tables)
{
    // Tables that an extension made come back with CREATE EXTENSION; pg_dump leaves them out.
    private const string OwnTables = """
        select string_agg(n.nspname || ' ' || c.relname, E'\n' order by n.nspname, c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        """;

    /// <summary>Takes it; it lasts until <paramref name="database"/> is closed.</summary>
    public static async Task<Snapshot> TakeAsync(Database database, CancellationToken cancellation)
    {
        await database.ScalarAsync("begin isolation level repeatable read, read only", cancellation);
        // A snapshot can be imported only on the server and in the database that exported it: pg_dump cannot end up anywhere else.
        var id = await database.ScalarAsync("select pg_export_snapshot()", cancellation);
        var tables = await database.ScalarAsync(OwnTables, cancellation) ?? "";
        return new Snapshot(id!, await database.SchemaRevisionAsync(cancellation), tables.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The server's <c>server_version_num</c>, as in <c>150018</c>.</summary>
    public static async Task<int> ServerVersionAsync(Database database, CancellationToken cancellation) =>
        int.Parse((await database.ScalarAsync("show server_version_num", cancellation))!, CultureInfo.InvariantCulture);
}
