using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Npgsql;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Runs;

namespace Pipeline.Databases;

/// <summary>The product's database, proven to be the one the profile pins.</summary>
public sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly RequestGate gate;

    private Database(NpgsqlConnection connection, RequestGate gate) => (this.connection, this.gate) = (connection, gate);

    /// <summary>The database's name.</summary>
    public string Name => connection.Database;

    /// <summary>Connects and compares with the pins.</summary>
    /// <param name="options">Where it is, and what it must be.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <param name="patience">How long each question may take; half a minute when nothing is said.</param>
    /// <exception cref="FailureException">It cannot be reached (1), or is another database (4).</exception>
    public static async Task<Database> OpenAsync(DatabaseOptions options, StepContext context, CancellationToken cancellation, TimeSpan? patience = null)
    {
        var connection = await ConnectAsync(options.DatabaseUrl!, context, cancellation, patience);
        try
        {
            await ProveAsync(connection, options, context, cancellation);
            return new Database(connection, context.Gate);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The name and identity of the database that an address leads to: what a profile pins.</summary>
    /// <exception cref="FailureException">It cannot be reached, or the role may not read its identity.</exception>
    public static async Task<(string Name, string SystemIdentifier)> PinsAsync(Settings.Secret address, StepContext context, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(address, context, cancellation);
        var identifier = await IdentifierAsync(connection, cancellation)
            ?? throw FailureException.Refused("The database's role may not call pg_control_system(), whose system_identifier pins the server. As a superuser: grant execute on function pg_control_system() to the role.");
        return (connection.Database, identifier);
    }

    /// <summary>The SchemaRevision, over a connection of its own: one that idled through a Job may be dead without anybody knowing.</summary>
    /// <exception cref="FailureException">It cannot be read.</exception>
    public static async Task<string?> SchemaRevisionAsync(DatabaseOptions options, StepContext context, CancellationToken cancellation)
    {
        await using var database = await OpenAsync(options, context, cancellation);
        return await database.SchemaRevisionAsync(cancellation);
    }

    /// <summary>The SchemaRevision in <c>alembic_version</c>; null when there is none yet.</summary>
    /// <exception cref="FailureException">It cannot be read, or there is more than one: the history has branches.</exception>
    public async Task<string?> SchemaRevisionAsync(CancellationToken cancellation)
    {
        if (await ScalarAsync("select to_regclass('alembic_version')::text", cancellation) is null)
            return null;
        await gate.PassAsync(cancellation);
        var revisions = await AnswerAsync(connection, async () =>
        {
            var found = new List<string>();
            await using var command = new NpgsqlCommand("select version_num from alembic_version", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                found.Add(reader.GetString(0));
            return found;
        });
        return revisions.Count <= 1
            ? revisions.FirstOrDefault()
            : throw new FailureException($"The database '{Name}' stands on several revisions at once ({string.Join(", ", revisions)}). Merge the branches with 'alembic merge' first.");
    }

    /// <summary>The first column of the first row as text; null when there is none.</summary>
    /// <exception cref="FailureException">The database does not answer, or the role may not ask.</exception>
    [SuppressMessage("Security", "CA2100", Justification = "Callers pass constant text; values never stand in it.")]
    public async Task<string?> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await gate.PassAsync(cancellation);
        return await AnswerAsync(connection, async () =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync(cancellation) is { } value and not DBNull ? value.ToString() : null;
        });
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static async Task ProveAsync(NpgsqlConnection connection, DatabaseOptions options, StepContext context, CancellationToken cancellation)
    {
        if (options.DatabaseName is { } name && connection.Database != name)
            throw FailureException.Refused($"The database's address leads to '{connection.Database}', the profile pins DatabaseName '{name}'. Nothing was changed.");
        var identifier = await IdentifierAsync(connection, cancellation);
        if (identifier is null)
        {
            context.Log.Warning("The database server's identity was not checked: the role may not call pg_control_system()");
            return;
        }

        if (identifier != options.DatabaseSystemIdentifier)
            throw FailureException.Refused($"The database's address leads to another server: its system_identifier is {identifier}, the profile pins {options.DatabaseSystemIdentifier}. Nothing was changed.");
    }

    private static async Task<NpgsqlConnection> ConnectAsync(Settings.Secret url, StepContext context, CancellationToken cancellation, TimeSpan? patience = null)
    {
        context.Hide(url);
        var address = DatabaseAddress.Parse(url);
        // A password that is the account's own name is known to all; masking it would mask the product's name in every line.
        if (address.Password != address.Username)
            context.Hide(Settings.Secret.From(address.Password));
        if (patience is { } limit)
            address.CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds);
        var connection = new NpgsqlConnection(address.ConnectionString);
        try
        {
            await context.Gate.PassAsync(cancellation);
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch (Exception e) when (IsTrouble(e, connection))
        {
            await connection.DisposeAsync();
            throw new FailureException($"The database '{address.Database}' at {address.Host}:{address.Port} cannot be reached as '{address.Username}': {e.InnerException?.Message ?? e.Message}", cause: e);
        }
    }

    private static async Task<T> AnswerAsync<T>(NpgsqlConnection connection, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (IsTrouble(e, connection))
        {
            // A connection that broke no longer says where it led.
            var address = new NpgsqlConnectionStringBuilder(connection.ConnectionString);
            throw new FailureException($"The database '{address.Database}' at {address.Host}:{address.Port} did not answer '{address.Username}': {e.InnerException?.Message ?? e.Message}", cause: e);
        }
    }

    // A connection that broke at an earlier question says only that it is not open.
    private static bool IsTrouble(Exception error, NpgsqlConnection connection) =>
        error is NpgsqlException or IOException or SocketException or TimeoutException || (error is InvalidOperationException && connection.State != System.Data.ConnectionState.Open);

    // Null without the right to ask.
    private static async Task<string?> IdentifierAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            return await AnswerAsync(connection, async () =>
            {
                await using var command = new NpgsqlCommand("select system_identifier::text from pg_control_system()", connection);
                return await command.ExecuteScalarAsync(cancellation) as string;
            });
        }
        catch (FailureException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege })
        {
            return null;
        }
    }
}
