using System.Threading.Channels;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>
/// Brings objects to what is wished of them. Driven by watches and level-triggered: what it does depends on how things stand when it looks,
/// so a missed change, a repeated one and a restart are all the same.
/// </summary>
internal abstract class Controller(ClusterStore store, TimeProvider time)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(1000);
    private readonly Channel<ObjectKey> queue = Channel.CreateUnbounded<ObjectKey>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<ObjectKey> queued = [];
    private readonly Dictionary<ObjectKey, (DateTimeOffset Due, ITimer Timer)> later = [];
    private readonly Dictionary<ObjectKey, int> failures = [];
    private readonly Lock gate = new();

    protected ClusterStore Store { get; } = store;

    protected TimeProvider Time { get; } = time;

    /// <summary>Changes of these kinds are looked at.</summary>
    protected abstract IEnumerable<ResourceKind> Watched { get; }

    /// <summary>The objects that must be looked at because of a change. Called from several watches at once.</summary>
    protected abstract IEnumerable<ObjectKey> KeysOf(StoreChange change);

    /// <summary>Brings one object a step nearer to what is wished.</summary>
    /// <returns>When to look again although nothing changed; null for not at all.</returns>
    /// <exception cref="ApiException">Something was refused; it is tried again with growing pauses.</exception>
    public abstract TimeSpan? Reconcile(ObjectKey key);

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(Watched.Select(kind => FollowAsync(kind, cancellation)).Append(WorkAsync(cancellation)));
        }
        finally
        {
            lock (gate)
                foreach (var (_, timer) in later.Values)
                    timer.Dispose();
        }
    }

    /// <summary>Asks for an object to be looked at soon; asking twice is asking once.</summary>
    protected void Enqueue(ObjectKey key)
    {
        lock (gate)
            if (queued.Add(key))
                queue.Writer.TryWrite(key);
    }

    private async Task FollowAsync(ResourceKind kind, CancellationToken cancellation)
    {
        while (true)
        {
            var (items, version) = Store.List(kind);
            foreach (var item in items)
                EnqueueAll(new StoreChange(ChangeType.Added, item, null));
            try
            {
                await foreach (var change in Store.WatchAsync(kind, version, cancellation))
                    EnqueueAll(change);
            }
            catch (ApiException e) when (e.Reason is "Expired")
            {
                // So much happened between the list and the watch that it starts anew.
            }
        }
    }

    private void EnqueueAll(StoreChange change)
    {
        foreach (var key in KeysOf(change))
            Enqueue(key);
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        await foreach (var key in queue.Reader.ReadAllAsync(cancellation))
        {
            lock (gate)
                queued.Remove(key);
            if (Attempt(key) is { } pause)
                EnqueueLater(key, pause);
        }
    }

    private TimeSpan? Attempt(ObjectKey key)
    {
        try
        {
            var pause = Reconcile(key);
            failures.Remove(key);
            return pause;
        }
        catch (Exception e) when (e is ApiException or IOException)
        {
            var failed = failures[key] = failures.GetValueOrDefault(key) + 1;
            return TimeSpan.FromTicks(Math.Min(LastRetry.Ticks, FirstRetry.Ticks << Math.Min(failed - 1, 20)));
        }
    }

    private void EnqueueLater(ObjectKey key, TimeSpan pause)
    {
        var due = Time.GetUtcNow() + pause;
        lock (gate)
        {
            if (later.TryGetValue(key, out var set))
            {
                if (set.Due <= due && set.Due > Time.GetUtcNow())
                    return;
                set.Timer.Dispose();
            }

            later[key] = (due, Time.CreateTimer(_ => Ring(key), null, pause > TimeSpan.Zero ? pause : TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        }
    }

    private void Ring(ObjectKey key)
    {
        lock (gate)
            if (later.Remove(key, out var set))
                set.Timer.Dispose();
        Enqueue(key);
    }
}
