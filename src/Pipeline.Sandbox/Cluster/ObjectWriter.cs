using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster.Admission;
using Pipeline.Sandbox.Cluster.Apply;
using Pipeline.Sandbox.Cluster.Defaults;
using Pipeline.Sandbox.Cluster.Kinds;
using Pipeline.Sandbox.Cluster.Validation;
using Pipeline.Sandbox.Cluster.Writing;
using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Cluster;

/// <summary>
/// Every write comes through here, a request's as well as a controller's: identity, defaults, admission, generation, and in what order
/// an object goes.
/// </summary>
/// <param name="store">Where objects are kept.</param>
/// <param name="time">The clock.</param>
/// <param name="faults">What admission does wrong on purpose.</param>
internal sealed class ObjectWriter(ClusterStore store, TimeProvider time, FaultSwitch? faults = null)
{
    private const int MostStored = 3 * 1024 * 1024 / 2;
    private readonly AdmissionChain admission = new(store, faults ?? new FaultSwitch());
    // Two pods must not pass the same quota side by side.
    private readonly Lock admitting = new();
    private long named;

    /// <summary>Adds an object, as a controller does.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="space">The namespace; null for cluster-wide kinds.</param>
    /// <param name="wanted">The object; a clone of it is stored.</param>
    /// <exception cref="ApiException">It was refused.</exception>
    public StoredObject Create(ResourceKind kind, string? space, JsonObject wanted) => Create(kind, space, wanted, new WriteOptions());

    /// <summary>Adds an object.</summary>
    /// <exception cref="ApiException">It was refused.</exception>
    public StoredObject Create(ResourceKind kind, string? space, JsonObject wanted, WriteOptions options)
    {
        if (options.IsRequest)
            TypeRules.Check(kind, wanted);
        var content = Identity.Give(kind, space, wanted, Now());
        CreationRules.Apply(kind, content, options.IsRequest);
        DefaultValues.Apply(kind, content);
        NamespaceGate.Check(store, kind, space, content.Name(), options.IsRequest);
        if (kind == ResourceKind.Services)
            ServiceAddress.Allot(store, content);
        if (options.IsRequest)
            ObjectRules.Check(kind, content, null);
        if (options.Owner is { } owner)
            new ServerSideApply(BuiltInKinds.IsCustom(kind)).Track(null, content, owner, Now());
        CheckSize(content);
        lock (admitting)
        {
            admission.Admit(kind, content);
            if (options.IsDryRun)
                return store.Find(kind, space, content.Name()) is null ? new StoredObject(kind, content, 0) : throw ApiException.AlreadyExists(kind, content.Name());
            var created = store.Create(kind, content);
            AfterChange(created);
            return created;
        }
    }

    /// <summary>Changes an object, from the newest version there is.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="change">Changes the clone it is given.</param>
    /// <returns>The object as stored; null when it is gone.</returns>
    public StoredObject? Update(ResourceKind kind, string? space, string name, Action<JsonObject> change)
    {
        while (store.Find(kind, space, name) is { } before)
        {
            var content = (JsonObject)before.Content.DeepClone();
            change(content);
            try
            {
                return Store(before, content, new WriteOptions());
            }
            catch (ApiException e) when (e.Reason is "Conflict")
            {
                // Somebody was faster; the change is made again on what they wrote.
            }
        }

        return null;
    }

    /// <summary>Replaces an object, if it is still the one that was read, as a request does.</summary>
    /// <param name="before">The object as it was read.</param>
    /// <param name="wanted">What it becomes; taken over.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="ApiException">It was refused, or changed in between.</exception>
    public StoredObject Replace(StoredObject before, JsonObject wanted, WriteOptions options)
    {
        TypeRules.Check(before.Kind, wanted);
        var content = Identity.Keep(before, wanted, options.Subresource);
        if (options.Owner is { } owner)
            new ServerSideApply(BuiltInKinds.IsCustom(before.Kind)).Track(before.Content, content, owner, Now());
        return Store(before, content, options);
    }

    /// <summary>Deletes an object: at once, or in steps where it has a grace or finalizers.</summary>
    /// <returns>The object as it was last, and whether it is gone.</returns>
    /// <exception cref="ApiException">A precondition does not hold.</exception>
    public (StoredObject Last, bool IsGone) Delete(StoredObject before, DeleteOptions options)
    {
        var marked = ObjectDeletion.Marked(before, options, time);
        var isOver = ObjectDeletion.IsOver(before.Kind, marked);
        if (options.IsDryRun)
            return (new StoredObject(before.Kind, marked, before.Version), isOver);
        if (!isOver)
        {
            Count(before, marked);
            var last = store.Replace(before, marked);
            if (before.Kind == ResourceKind.Namespaces)
                EmptyNamespace(before.Name);
            return (last, store.Find(before.Kind, before.Namespace, before.Name) is null);
        }

        var gone = store.Remove(before);
        AfterChange(gone);
        return (gone, true);
    }

    /// <summary>Removes an object at once; nothing happens when it is gone.</summary>
    public void Remove(ResourceKind kind, string? space, string name)
    {
        while (store.Find(kind, space, name) is { } before)
        {
            try
            {
                AfterChange(store.Remove(before));
                return;
            }
            catch (ApiException e) when (e.Reason is "Conflict" or "NotFound")
            {
                // Changed or gone in between.
            }
        }
    }

    /// <summary>A part of a name that sorts by the time, so that lists show what happened in its order.</summary>
    public string NameInTime()
    {
        lock (admitting)
        {
            named = Math.Max(named + 1, time.GetUtcNow().UtcTicks);
            // After a restart the clock may stand where it stood.
            return $"{named:x16}{Guid.NewGuid():N}"[..20];
        }
    }

    /// <summary>The time as the API writes it: whole seconds, UTC.</summary>
    public string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private StoredObject Store(StoredObject before, JsonObject content, WriteOptions options)
    {
        if (before.Kind == ResourceKind.Secrets)
            CreationRules.Texts(content);
        if (!JsonNode.DeepEquals(content["spec"], before.Content["spec"]) || options.IsRequest)
            DefaultValues.Apply(before.Kind, content);
        if (options.IsRequest && options.Subresource.Length == 0)
            ObjectRules.Check(before.Kind, content, before.Content);
        Count(before, content);
        CheckSize(content);
        if (options.IsDryRun)
            return new StoredObject(before.Kind, content, before.Version);
        var stored = store.Replace(before, content);
        if (ObjectDeletion.IsOver(stored.Kind, stored.Content))
            Remove(stored.Kind, stored.Namespace, stored.Name);
        else if (stored != before && stored.Kind == ResourceKind.Pods && stored.Content.Text("status", "phase") != before.Content.Text("status", "phase"))
            AfterChange(stored);
        return stored;
    }

    // What etcd takes in one request. Its protobuf is a little shorter than JSON.
    private static void CheckSize(JsonObject content)
    {
        if (content.ToJsonString().Length > MostStored)
            throw new ApiException(HttpStatusCode.InternalServerError, "", "etcdserver: request is too large");
    }

    private static void Count(StoredObject before, JsonObject content)
    {
        if (before.Content.At("metadata")?.ContainsKey("generation") == true && !JsonNode.DeepEquals(content["spec"], before.Content["spec"]))
            content["metadata"]!["generation"] = before.Content.Number("metadata", "generation") + 1;
    }

    private void EmptyNamespace(string space)
    {
        foreach (var stored in store.In(space))
            End(stored);
        FinishNamespace(space);
    }

    private void End(StoredObject stored)
    {
        while (store.Find(stored.Kind, stored.Namespace, stored.Name) is { } now && now.Content.Text("metadata", "deletionTimestamp") is null)
        {
            try
            {
                Delete(now, new DeleteOptions());
                return;
            }
            catch (ApiException e) when (e.Reason is "Conflict" or "NotFound")
            {
                // Changed or gone in between.
            }
        }
    }

    private void AfterChange(StoredObject changed)
    {
        admission.Quotas.Refresh(changed, (quota, content) => store.Replace(quota, content));
        if (changed.Kind == ResourceKind.Namespaces)
            AddServiceAccount(changed.Name);
        else if (changed.Namespace.Length > 0)
            FinishNamespace(changed.Namespace);
    }

    private void AddServiceAccount(string space)
    {
        if (store.Find(ResourceKind.Namespaces, null, space) is not null && store.Find(ResourceKind.ServiceAccounts, space, "default") is null)
            Create(ResourceKind.ServiceAccounts, space, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } });
    }

    // A namespace goes with the last thing in it.
    private void FinishNamespace(string space)
    {
        var ending = store.Find(ResourceKind.Namespaces, null, space)?.Content.Text("metadata", "deletionTimestamp");
        if (ending is not null && store.In(space).Count == 0)
            Remove(ResourceKind.Namespaces, null, space);
    }
}
