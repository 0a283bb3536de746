using System.Collections.Concurrent;

namespace Pipeline.Sandbox.Containers;

/// <summary>Datasets of a process that has no database: gone when it ends, and said so by <c>/health</c>.</summary>
internal sealed class MemoryDatasets(TimeProvider time) : IDatasetStore
{
    private readonly ConcurrentDictionary<long, Dataset> datasets = [];
    private readonly Lock gate = new();
    private long last;

    /// <inheritdoc />
    public string State => "none";

    /// <inheritdoc />
    public Task<string?> SchemaRevisionAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc />
    public Task<IReadOnlyList<Dataset>> ListAsync(long after, int limit, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Dataset>>([.. datasets.Values.Where(d => d.Id > after).OrderBy(d => d.Id).Take(limit)]);

    /// <inheritdoc />
    public Task<Dataset?> CreateAsync(string name, string? description, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (datasets.Values.Any(d => d.Name == name))
                return Task.FromResult<Dataset?>(null);
            var created = new Dataset(name, description, ++last, time.GetUtcNow());
            datasets[created.Id] = created;
            return Task.FromResult<Dataset?>(created);
        }
    }

    /// <inheritdoc />
    public Task<Dataset?> FindAsync(long id, CancellationToken cancellation) => Task.FromResult(datasets.GetValueOrDefault(id));

    /// <inheritdoc />
    public Task<bool> DeleteAsync(long id, CancellationToken cancellation) => Task.FromResult(datasets.TryRemove(id, out _));
}
