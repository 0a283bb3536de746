using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Pipeline.Sandbox.Cluster;

/// <summary>
/// What etcd is to a real cluster: objects by kind, namespace and name, one counter for all of them, optimistic concurrency, and a window
/// of past changes from which watches go on. Knows nothing of what the objects mean.
/// </summary>
internal sealed class ClusterStore
{
    private const int Window = 10_000;
    private readonly Lock gate = new();
    private readonly StoreFiles files;
    private readonly Dictionary<ResourceKind, SortedDictionary<(string Namespace, string Name), StoredObject>> objects = [];
    private readonly Queue<StoreChange> past = new();
    private readonly List<(ResourceKind Kind, Channel<StoreChange> Channel)> watchers = [];
    private long version;
    private long forgotten;

    /// <param name="folder">Where the objects are kept; what an earlier run left there is there again.</param>
    public ClusterStore(string folder)
    {
        files = new StoreFiles(folder);
        (var kept, version) = files.Load();
        foreach (var stored in kept)
            Of(stored.Kind)[(stored.Namespace, stored.Name)] = stored;
        forgotten = version;
    }

    /// <summary>One object, or null.</summary>
    public StoredObject? Find(ResourceKind kind, string? space, string name)
    {
        lock (gate)
            return Of(kind).GetValueOrDefault((kind.IsNamespaced ? space ?? "" : "", name));
    }

    /// <summary>All objects of a kind, in order of namespace and name, and the version at which that was so.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="space">The namespace; null for all.</param>
    public (IReadOnlyList<StoredObject> Items, long Version) List(ResourceKind kind, string? space = null)
    {
        lock (gate)
            return ([.. Of(kind).Values.Where(o => space is null || !kind.IsNamespaced || o.Namespace == space)], version);
    }

    /// <summary>Everything in a namespace, of whatever kind.</summary>
    public IReadOnlyList<StoredObject> In(string space)
    {
        lock (gate)
            return [.. objects.Where(o => o.Key.IsNamespaced).SelectMany(o => o.Value.Values).Where(o => o.Namespace == space)];
    }

    /// <summary>The oldest version from which changes are still kept.</summary>
    public long Oldest
    {
        get
        {
            lock (gate)
                return forgotten;
        }
    }

    /// <summary>Adds an object; its name and namespace are in its metadata. Takes ownership of <paramref name="content"/>.</summary>
    /// <exception cref="ApiException">AlreadyExists.</exception>
    public StoredObject Create(ResourceKind kind, JsonObject content)
    {
        lock (gate)
        {
            var created = Stamped(kind, content);
            if (Of(kind).ContainsKey((created.Namespace, created.Name)))
                throw ApiException.AlreadyExists(kind, created.Name);
            return Commit(new StoreChange(ChangeType.Added, created, null));
        }
    }

    /// <summary>Replaces an object, if it is still the one that was read. Takes ownership of <paramref name="content"/>.</summary>
    /// <param name="before">The object as it was read.</param>
    /// <param name="content">What it becomes. Equal content changes nothing, not even the version.</param>
    /// <exception cref="ApiException">Conflict, or NotFound.</exception>
    public StoredObject Replace(StoredObject before, JsonObject content)
    {
        lock (gate)
        {
            Current(before);
            content["metadata"]!["resourceVersion"] = $"{before.Version}";
            if (JsonNode.DeepEquals(content, before.Content))
                return before;
            return Commit(new StoreChange(ChangeType.Modified, Stamped(before.Kind, content), before));
        }
    }

    /// <summary>Removes an object, if it is still the one that was read.</summary>
    /// <exception cref="ApiException">Conflict, or NotFound.</exception>
    public StoredObject Remove(StoredObject before)
    {
        lock (gate)
        {
            Current(before);
            return Commit(new StoreChange(ChangeType.Deleted, Stamped(before.Kind, (JsonObject)before.Content.DeepClone()), before));
        }
    }

    /// <summary>Every change of a kind after a version, without end.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="from">The version after which changes are wanted.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ApiException">Gone: changes after that version are no longer kept.</exception>
    public async IAsyncEnumerable<StoreChange> WatchAsync(ResourceKind kind, long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var watch = Watch(kind, from);
        await foreach (var change in watch.Changes.ReadAllAsync(cancellation))
            yield return change;
    }

    /// <summary>The same, for whoever also asks what is not read yet; it collects from now on.</summary>
    /// <exception cref="ApiException">Gone: changes after that version are no longer kept.</exception>
    public StoreWatch Watch(ResourceKind kind, long from)
    {
        var channel = Channel.CreateUnbounded<StoreChange>(new UnboundedChannelOptions { SingleReader = true });
        lock (gate)
        {
            if (from < forgotten)
                throw ApiException.Gone(from, forgotten);
            foreach (var change in past.Where(c => c.Object.Kind == kind && c.Object.Version > from))
                channel.Writer.TryWrite(change);
            watchers.Add((kind, channel));
        }

        return new StoreWatch(channel.Reader, () => Forget(kind, channel));
    }

    /// <summary>The version of the last change.</summary>
    public long Version
    {
        get
        {
            lock (gate)
                return version;
        }
    }

    /// <summary>Forgets past changes, as a compaction does: watches from before now are answered with Gone.</summary>
    public void Compact()
    {
        lock (gate)
        {
            past.Clear();
            forgotten = version;
        }
    }

    private void Forget(ResourceKind kind, Channel<StoreChange> channel)
    {
        lock (gate)
            watchers.Remove((kind, channel));
    }

    private void Current(StoredObject before)
    {
        var now = Of(before.Kind).GetValueOrDefault((before.Namespace, before.Name)) ?? throw ApiException.NotFound(before.Kind, before.Name);
        if (now.Version != before.Version)
            throw ApiException.Conflict(before.Kind, before.Name);
    }

    private StoredObject Stamped(ResourceKind kind, JsonObject content)
    {
        content["metadata"]!["resourceVersion"] = $"{version + 1}";
        return new StoredObject(kind, content, version + 1);
    }

    private StoredObject Commit(StoreChange change)
    {
        var stored = change.Object;
        if (change.Type == ChangeType.Deleted)
            files.Delete(stored);
        else
            files.Write(stored);
        version = stored.Version;
        if (change.Type == ChangeType.Deleted)
            Of(stored.Kind).Remove((stored.Namespace, stored.Name));
        else
            Of(stored.Kind)[(stored.Namespace, stored.Name)] = stored;
        past.Enqueue(change);
        if (past.Count > Window)
            forgotten = past.Dequeue().Object.Version;
        foreach (var (kind, channel) in watchers)
            if (kind == stored.Kind)
                channel.Writer.TryWrite(change);
        return stored;
    }

    private SortedDictionary<(string Namespace, string Name), StoredObject> Of(ResourceKind kind)
    {
        if (!objects.TryGetValue(kind, out var found))
            objects[kind] = found = new SortedDictionary<(string, string), StoredObject>(
                Comparer<(string, string)>.Create((a, b) => string.CompareOrdinal(a.Item1, b.Item1) is var c && c != 0 ? c : string.CompareOrdinal(a.Item2, b.Item2)));
        return found;
    }
}
