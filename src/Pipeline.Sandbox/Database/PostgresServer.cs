using System.Security.Cryptography;
using Npgsql;
using Pipeline.Errors;

namespace Pipeline.Sandbox.Database;

/// <summary>A real PostgreSQL primary of this machine's own programs, on loopback, whose data outlives the process.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Owner = "dataset";
    // Each pod keeps a connection of its own, and there may be hundreds of pods.
    private const int Connections = 500;
    private const int Ports = 4;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly PostgresPrograms programs;
    private readonly string data;
    private readonly string log;
    private readonly string password;
    private int port;

    private PostgresServer(PostgresPrograms programs, string password)
    {
        (this.programs, this.password) = (programs, password);
        (data, log) = (Path.Combine(programs.Folder, "data"), Path.Combine(programs.Folder, "log"));
    }

    /// <summary>The product's database as its owner reaches it, from this machine and from pods alike.</summary>
    public string Address => $"postgresql://{Owner}:{password}@127.0.0.1:{port}/{Owner}";

    /// <summary>The database's name.</summary>
    public static string DatabaseName => Owner;

    /// <summary>What pins the server.</summary>
    public string SystemIdentifier { get; private set; } = "";

    /// <summary>Starts the server, from what an earlier run left or from nothing.</summary>
    /// <param name="folder">Where it keeps everything.</param>
    /// <param name="port">Chooses a free port to listen on; asked again when somebody took it meanwhile.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <returns>The server; null when this machine has no PostgreSQL.</returns>
    /// <exception cref="FailureException">It does not start; with what its log says.</exception>
    public static async Task<PostgresServer?> StartAsync(string folder, Func<int> port, CancellationToken cancellation)
    {
        if (PostgresBinaries.Find() is not { } binaries)
            return null;
        var home = PostgresPrograms.HomeOf(folder);
        var programs = new PostgresPrograms(binaries, home);
        var server = new PostgresServer(programs, await PasswordAsync(home, cancellation));
        await server.InitializeAsync(cancellation);
        await server.ListenAsync(port, cancellation);
        await server.PrepareAsync(cancellation);
        return server;
    }

    /// <summary>Starts it after <see cref="StopAsync"/>, on the port that it had.</summary>
    /// <exception cref="FailureException">It does not start; with what its log says.</exception>
    public Task StartAsync(CancellationToken cancellation) => ListenAsync(() => port, cancellation);

    /// <summary>Ends it; open connections are closed.</summary>
    public Task StopAsync(CancellationToken cancellation) => programs.TryAsync("pg_ctl", ["--pgdata", data, "--mode=fast", "--silent", "stop"], cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    // Any connection that this machine opens meanwhile may be given the very port that was free.
    private async Task ListenAsync(Func<int> choose, CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            port = choose();
            var logged = File.Exists(log) ? new FileInfo(log).Length : 0;
            if (await StartOnceAsync(cancellation) is not { } why)
                return;
            var said = LogFrom(logged);
            if (tried == Ports || !said.Contains("could not bind", StringComparison.Ordinal))
                throw new FailureException($"PostgreSQL did not start in '{programs.Folder}': {why} Its log: {said.Trim()}");
        }
    }

    private Task<string?> StartOnceAsync(CancellationToken cancellation) => programs.TryAsync(
        "pg_ctl",
        [
            "--pgdata", data, "--wait", $"--timeout={StartLimit.TotalSeconds}", "--silent", $"--log={log}",
            $"--options=-p {port} -h 127.0.0.1 -k '' -F -c max_connections={Connections}", "start",
        ],
        cancellation);

    private string LogFrom(long start)
    {
        if (!File.Exists(log))
            return "";
        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(start, SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private static async Task<string> PasswordAsync(string folder, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, "password");
        if (!File.Exists(file))
            await File.WriteAllTextAsync(file, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)), cancellation);
        return await File.ReadAllTextAsync(file, cancellation);
    }

    private async Task InitializeAsync(CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(data, "PG_VERSION")) && File.Exists(Path.Combine(data, "global", "pg_control")))
        {
            // Whoever was killed leaves a server that still runs, or a file that says so.
            await programs.TryAsync("pg_ctl", ["--pgdata", data, "--mode=immediate", "--silent", "stop"], cancellation);
            return;
        }

        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
        await programs.TakeFolderAsync(cancellation);
        await programs.RunAsync("initdb", ["--pgdata", data, "--username=postgres", "--auth=scram-sha-256", $"--pwfile={Path.Combine(programs.Folder, "password")}", "--no-sync", "--no-locale", "--encoding=UTF8"], cancellation);
    }

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Database=postgres;Username=postgres;Password={password};Pooling=false");
        await using var connection = await source.OpenConnectionAsync(cancellation);
        SystemIdentifier = (string)(await ScalarAsync(connection, "select system_identifier::text from pg_control_system()", cancellation))!;
        if (await ScalarAsync(connection, $"select 1 from pg_database where datname = '{Owner}'", cancellation) is not null)
            return;
        await ScalarAsync(connection, $"create role {Owner} login password '{password}'", cancellation);
        await ScalarAsync(connection, $"create database {Owner} owner {Owner}", cancellation);
        await using var product = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Database={Owner};Username=postgres;Password={password};Pooling=false");
        await using var inside = await product.OpenConnectionAsync(cancellation);
        await ScalarAsync(inside, $"grant execute on function pg_control_system() to {Owner}", cancellation);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // Only constants and a password of hexadecimal digits.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellation);
    }
}
