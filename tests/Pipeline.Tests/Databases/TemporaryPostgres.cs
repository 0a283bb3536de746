using System.Net;
using System.Net.Sockets;
using CliWrap;
using CliWrap.Buffered;
using Npgsql;

namespace Pipeline.Tests.Databases;

/// <summary>A PostgreSQL server of this machine's own binaries, in a temporary folder, for as long as a test class runs.</summary>
public sealed class TemporaryPostgres : IAsyncLifetime
{
    public const string Password = "s3cret-of-the-test";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-postgres-");
    private readonly string? binaries = Binaries();
    private int port;

    /// <summary>Why there is no server; null when there is one.</summary>
    public string? Missing => binaries is null ? "no PostgreSQL server binaries under /usr/lib/postgresql or on the PATH" : null;

    /// <summary>The pin of this server.</summary>
    public string SystemIdentifier { get; private set; } = "";

    /// <summary>The address of a database on it.</summary>
    public string AddressOf(string database) => $"postgresql://postgres:{Password}@127.0.0.1:{port}/{database}";

    /// <summary>A connection of the test's own; the caller disposes it.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(ConnectionTo(database));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs statements in a database.</summary>
    public async Task RunAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionTo(database));
#pragma warning disable CA2100 // The tests' own text.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The revision that a database is at.</summary>
    public string RevisionIn(string database)
    {
        using var source = NpgsqlDataSource.Create(ConnectionTo(database));
        using var command = source.CreateCommand("select version_num from alembic_version");
        return (string)command.ExecuteScalar()!;
    }

    /// <summary>Makes a database that looks as the product's does after a migration to <paramref name="revision"/>.</summary>
    public async Task CreateProductAsync(string database, string? revision = "aaaa00000001")
    {
        await RunAsync("postgres", $"create database \"{database}\"");
        if (revision is null)
            return;
        await RunAsync(database, $"""
            create table alembic_version (version_num varchar(32) primary key);
            insert into alembic_version values ('{revision}');
            create table datasets (id int primary key, name text not null);
            insert into datasets select n, 'dataset ' || n from generate_series(1, 1000) n;
            """);
    }

    public async Task InitializeAsync()
    {
        if (binaries is null)
            return;
        var passwordFile = Path.Combine(folder.FullName, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        // The server refuses to run as root.
        if (Environment.UserName == "root")
            await Cli.Wrap("chown").WithArguments(["-R", "postgres", folder.FullName]).ExecuteAsync();
        var data = Path.Combine(folder.FullName, "data");
        await ServerProgramAsync("initdb", ["--pgdata", data, "--username=postgres", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--no-sync", "--no-locale", "--encoding=UTF8"]);
        // As late as can be: any connection that is opened meanwhile may be given the port.
        port = FreePort();
        await ServerProgramAsync("pg_ctl", ["--pgdata", data, "--wait", "--silent", $"--log={folder.FullName}/log", $"--options=-p {port} -h 127.0.0.1 -k '' -F", "start"]);
        await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres"));
        await using var command = source.CreateCommand("select system_identifier::text from pg_control_system()");
        SystemIdentifier = (string)(await command.ExecuteScalarAsync())!;
    }

    public async Task DisposeAsync()
    {
        if (binaries is not null)
            await ServerProgramAsync("pg_ctl", ["--pgdata", Path.Combine(folder.FullName, "data"), "--mode=immediate", "--silent", "stop"]);
        folder.Delete(recursive: true);
    }

    private string ConnectionTo(string database) =>
        $"Host=127.0.0.1;Port={port};Database={database};Username=postgres;Password={Password};Pooling=false";

    private async Task ServerProgramAsync(string program, string[] arguments)
    {
        string[] command = [Path.Combine(binaries!, program), .. arguments];
        if (Environment.UserName == "root")
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command];
        var ended = await Cli.Wrap(command[0]).WithArguments(command[1..]).WithWorkingDirectory("/")
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (ended.ExitCode != 0)
            throw new InvalidOperationException($"{program}: {ended.StandardOutput}{ended.StandardError}");
    }

    private static string? Binaries()
    {
        var packaged = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Order(StringComparer.Ordinal).Reverse()
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return packaged.Concat(path).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
