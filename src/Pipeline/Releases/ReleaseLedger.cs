namespace Pipeline.Releases;

/// <summary>
/// What this run knows of its release. Before the release is opened it is a draft in memory; from then on every update is written to the
/// record before the step goes on.
/// </summary>
public sealed class ReleaseLedger : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private RecordStore? store;

    internal ReleaseLedger()
    {
    }

    /// <summary>The release as this run knows it. Steps that ran earlier in this run, or in an earlier run of the same release, left their results here.</summary>
    public Release Current { get; private set; } = new() { Environment = "", Key = "", Version = "", Commit = "", StartedBy = "" };

    /// <summary>The environment's earlier releases; empty before the release is opened.</summary>
    public ReleaseHistory History { get; private set; } = new([]);

    /// <summary>True once the release is in the record.</summary>
    public bool IsOpen => store is not null;

    /// <summary>Changes the release, and writes it when it is open.</summary>
    public async Task UpdateAsync(Func<Release, Release> change, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            Current = change(Current);
            if (store is not null)
                await store.WriteAsync(Current, cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Lays the draft over the opened record: what this run already found out is newer than what the record says.</summary>
    internal async Task OpenAsync(RecordStore records, Release opened, ReleaseHistory history, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var draft = Current;
            Current = draft.Steps.Aggregate(opened, (release, step) => release.With(step)) with
            {
                Preflight = draft.Preflight ?? opened.Preflight,
                Image = draft.Image ?? opened.Image,
                Accepted = [.. opened.Accepted.Union(draft.Accepted)],
            };
            History = history;
            store = records;
            await store.WriteAsync(Current, cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => gate.Dispose();
}
