using System.Net;
using System.Net.Sockets;
using Npgsql;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Sandbox.Database;
using Pipeline.Sandbox.Hosting;
using Pipeline.Settings;

namespace Sandbox.Tests.Database;

public sealed class PostgresServerTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableFact]
    public async Task Hundreds_of_pods_find_a_connection()
    {
        Skip.If(PostgresBinaries.Find() is null, $"no PostgreSQL on this machine: {PostgresBinaries.InstallCommand}");
        await using var server = (await PostgresServer.StartAsync(Path.Combine(folder.Path, "postgres"), Port, default))!;

        Assert.InRange((int)(await RunAsync(server.Address, "select setting::int from pg_settings where name = 'max_connections'"))!, 300, 1000);
    }

    [SkippableFact]
    public async Task A_restart_finds_the_same_server_with_its_data_at_the_same_address()
    {
        Skip.If(PostgresBinaries.Find() is null, $"no PostgreSQL on this machine: {PostgresBinaries.InstallCommand}");
        string address, identifier;
        await using (var first = (await PostgresServer.StartAsync(Path.Combine(folder.Path, "postgres"), Port, default))!)
        {
            (address, identifier) = (first.Address, first.SystemIdentifier);
            await RunAsync(address, "create table datasets as select 7 as id");
        }

        await using var second = (await PostgresServer.StartAsync(Path.Combine(folder.Path, "postgres"), Port, default))!;

        Assert.Equal((address, identifier), (second.Address, second.SystemIdentifier));
        Assert.Equal(7, await RunAsync(address, "select id from datasets"));
        // What pins the server is asked with the product's own rights.
        Assert.Equal(identifier, await RunAsync(address, "select system_identifier::text from pg_control_system()"));
    }

    [SkippableFact]
    public async Task A_port_that_somebody_takes_before_the_server_listens_is_replaced()
    {
        Skip.If(PostgresBinaries.Find() is null, $"no PostgreSQL on this machine: {PostgresBinaries.InstallCommand}");
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        var asked = 0;

        await using var server = (await PostgresServer.StartAsync(Path.Combine(folder.Path, "postgres"), () => asked++ == 0 ? taken : Port(), default))!;

        Assert.Equal(1, await RunAsync(server.Address, "select 1"));
        Assert.Equal(2, asked);
    }

    [SkippableFact]
    public async Task A_server_that_cannot_start_says_what_its_log_says()
    {
        Skip.If(PostgresBinaries.Find() is null, $"no PostgreSQL on this machine: {PostgresBinaries.InstallCommand}");
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;

        var failure = await Assert.ThrowsAsync<FailureException>(
            () => PostgresServer.StartAsync(Path.Combine(folder.Path, "postgres"), () => taken, default));

        Assert.Contains("Address already in use", failure.Message, StringComparison.Ordinal);
    }

    private int Port() => new RememberedPorts(Path.Combine(folder.Path, "ports.json")).Of("database");

    private static async Task<object?> RunAsync(string address, string sql)
    {
        await using var source = NpgsqlDataSource.Create(DatabaseAddress.Parse(new Secret(address)));
#pragma warning disable CA2100 // The test's own text.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
