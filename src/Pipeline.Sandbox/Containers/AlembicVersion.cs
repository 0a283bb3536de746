using Npgsql;
using Pipeline.Databases;
using Pipeline.Settings;

namespace Pipeline.Sandbox.Containers;

/// <summary>The table <c>alembic_version</c>, under the application's advisory lock.</summary>
internal sealed class AlembicVersion : IAsyncDisposable
{
    /// <summary>The schema of the table that the API uses while nobody can make its real one.</summary>
    public const string StandInSchema = "sandbox";

    // The reference application's env.py takes this lock: a real run and this one exclude each other.
    private const long AdvisoryLock = 7_236_154_901;
    private readonly NpgsqlConnection connection;

    private AlembicVersion(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Connects to <c>DATABASE_URL</c> and takes the lock; it ends with the connection.</summary>
    public static async Task<AlembicVersion> OpenAsync(ContainerContext context, CancellationToken cancellation)
    {
        if (context.Environment.GetValueOrDefault("DATABASE_URL") is not { Length: > 0 } address || address == "none")
            throw new AlembicException("DATABASE_URL leads to no database");
        var connection = new NpgsqlConnection(DatabaseAddress.Parse(new Secret(address)).ConnectionString);
        var opened = new AlembicVersion(connection);
        try
        {
            await connection.OpenAsync(cancellation);
            await opened.ExecuteAsync($"select pg_advisory_lock({AdvisoryLock})", null, cancellation);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>The revision; null before the first migration.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select version_num from alembic_version", connection);
        try
        {
            return (string?)await command.ExecuteScalarAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
    }

    /// <summary>Moves to a revision; null for none.</summary>
    public async Task WriteAsync(string? revision, CancellationToken cancellation)
    {
        await ExecuteAsync("create table if not exists alembic_version (version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))", null, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync("delete from alembic_version", null, cancellation);
        if (revision is not null)
            await ExecuteAsync("insert into alembic_version values ($1)", revision, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Gives the API a table to work with, apart from everything that migrations make.</summary>
    public async Task MakeStandInAsync(CancellationToken cancellation)
    {
        await ExecuteAsync($"create schema if not exists {StandInSchema}", null, cancellation);
        await ExecuteAsync(
            $"create table if not exists {StandInSchema}.datasets (id bigserial primary key, name varchar(200) not null unique, description text, created_at timestamptz not null default now())",
            null, cancellation);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task ExecuteAsync(string sql, string? value, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = 0 };
#pragma warning disable CA2100 // Every statement is a constant of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        if (value is not null)
            command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
