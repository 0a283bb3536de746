using Npgsql;
using Pipeline.Databases;
using Pipeline.Settings;

namespace Pipeline.Sandbox.Containers;

/// <summary>
/// Datasets in PostgreSQL, by the columns that every schema since the second revision has. Where no migration could make the table, the
/// one in <see cref="AlembicVersion.StandInSchema"/> is found.
/// </summary>
internal sealed class PostgresDatasets : IDatasetStore, IAsyncDisposable
{
    private const string Columns = "name, description, id, created_at";
    private const int Connections = 10;
    private readonly NpgsqlDataSource source;

    /// <param name="address">As in <c>postgresql://user:password@host:port/name</c>.</param>
    public PostgresDatasets(string address)
    {
        var builder = DatabaseAddress.Parse(new Secret(address));
        (builder.ApplicationName, builder.Pooling, builder.MaxPoolSize, builder.Timeout) = ("dataset-management-api", true, Connections, 3);
        builder.SearchPath = $"public,{AlembicVersion.StandInSchema}";
        source = NpgsqlDataSource.Create(builder);
    }

    /// <inheritdoc />
    public string State => "up";

    /// <inheritdoc />
    public async Task<string?> SchemaRevisionAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select version_num from alembic_version");
        try
        {
            return (string?)await command.ExecuteScalarAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Dataset>> ListAsync(long after, int limit, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select {Columns} from datasets where id > $1 order by id limit $2");
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, cancellation);
    }

    /// <inheritdoc />
    public async Task<Dataset?> CreateAsync(string name, string? description, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"insert into datasets (name, description) values ($1, $2) returning {Columns}");
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue((object?)description ?? DBNull.Value);
        try
        {
            return (await ReadAsync(command, cancellation))[0];
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public async Task<Dataset?> FindAsync(long id, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select {Columns} from datasets where id = $1");
        command.Parameters.AddWithValue(id);
        return await ReadAsync(command, cancellation) is [var found] ? found : null;
    }

    /// <inheritdoc />
    public async Task<bool> DeleteAsync(long id, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("delete from datasets where id = $1");
        command.Parameters.AddWithValue(id);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static async Task<IReadOnlyList<Dataset>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var found = new List<Dataset>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            found.Add(new Dataset(reader.GetString(0), await reader.IsDBNullAsync(1, cancellation) ? null : reader.GetString(1), reader.GetInt64(2), await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellation)));
        return found;
    }
}
