using Pipeline.Errors;

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

    /// <summary>What earlier runs of this release left; null when this run began it, or it had ended well.</summary>
    internal Resumption? Resumption { get; private set; }

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

    /// <summary>Writes release 0, which the history has from then on.</summary>
    internal async Task RecordFoundAsync(Release found, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (History.Find(found.Number) is not null)
                await store!.WriteAsync(found, cancellation);
            else if (!await store!.TryCreateAsync(found, cancellation))
                throw FailureException.Refused($"ConfigMap/pipeline-release-{found.Number} is there and was not there when this run began. Start again.");
            History = History with { Releases = [.. History.Releases.Where(r => r.Number != found.Number), found] };
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
            Resumption = Resumption.In(history, opened);
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
