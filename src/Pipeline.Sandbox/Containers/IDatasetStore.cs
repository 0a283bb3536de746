namespace Pipeline.Sandbox.Containers;

/// <summary>Where the reference application keeps its datasets.</summary>
internal interface IDatasetStore
{
    /// <summary>What <c>/health</c> says of it: <c>up</c>, or <c>none</c> when there is no database.</summary>
    string State { get; }

    /// <summary>The revision in <c>alembic_version</c>; null before the first migration.</summary>
    Task<string?> SchemaRevisionAsync(CancellationToken cancellation);

    Task<IReadOnlyList<Dataset>> ListAsync(long after, int limit, CancellationToken cancellation);

    /// <summary>Adds one; null when the name is taken.</summary>
    Task<Dataset?> CreateAsync(string name, string? description, CancellationToken cancellation);

    Task<Dataset?> FindAsync(long id, CancellationToken cancellation);

    Task<bool> DeleteAsync(long id, CancellationToken cancellation);
}
