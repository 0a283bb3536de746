namespace Sandbox.Tests.Foreign;

/// <summary>The database, with the program <c>psql</c>.</summary>
public sealed class DatabaseTests
{
    [SkippableFact]
    public async Task Tables_are_made_filled_and_described()
    {
        await using var bed = await ForeignBed.StartAsync("psql");
        Skip.IfNot(bed.Sandbox.Endpoint.Parameters.TryGetValue("DatabaseUrl", out var address), "this machine has no PostgreSQL");

        await bed.MustAsync("psql", address!, "--command", "create table made (id serial primary key, name text)", "--command", "insert into made (name) values ('one'), ('two')");

        Assert.Equal("2", await bed.MustAsync("psql", address!, "--no-align", "--tuples-only", "--command", "select count(*) from made"));
        Assert.Contains("\"made_pkey\" PRIMARY KEY", await bed.MustAsync("psql", address!, "--command", "\\d made"), StringComparison.Ordinal);
    }
}
