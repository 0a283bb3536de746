using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Apply;

/// <summary>The owners of one object's fields: what stands in its <c>managedFields</c>.</summary>
internal sealed class FieldOwners
{
    private readonly Dictionary<Manager, (FieldSet Fields, string Time)> owners = [];

    /// <summary>Reads them from an object.</summary>
    public static FieldOwners Of(JsonObject content)
    {
        var owners = new FieldOwners();
        // A single empty entry is how a client has everybody forgotten.
        foreach (var entry in content.Items("metadata", "managedFields").Where(e => e.Count > 0))
            owners.owners[Manager.Of(entry)] = (FieldSet.Read(entry.At("fieldsV1")), entry.Text("time") ?? "");
        return owners;
    }

    public bool IsEmpty => owners.Count == 0;

    /// <summary>What a manager owns.</summary>
    public FieldSet this[Manager manager] => owners.TryGetValue(manager, out var owned) ? owned.Fields : new FieldSet();

    /// <summary>What everybody but one manager owns.</summary>
    public FieldSet OfOthers(Manager manager) => owners.Where(o => o.Key != manager).Aggregate(new FieldSet(), (all, o) => all.Union(o.Value.Fields));

    /// <summary>Which of these fields others own, by owner.</summary>
    public IReadOnlyList<(Manager Manager, FieldSet Fields)> Conflicts(Manager manager, FieldSet changed) =>
    [
        .. from owner in owners
           where owner.Key != manager
           let common = owner.Value.Fields.Intersect(changed)
           where !common.IsEmpty
           orderby owner.Key.Name
           select (owner.Key, common),
    ];

    /// <summary>Says what a manager owns from now on. Its time moves only when that changes something.</summary>
    public void Set(Manager manager, FieldSet fields, string now)
    {
        if (fields.IsEmpty)
            owners.Remove(manager);
        else if (!owners.TryGetValue(manager, out var before) || !before.Fields.SameAs(fields))
            owners[manager] = (fields, now);
    }

    /// <summary>Takes fields from everybody but one manager.</summary>
    public void TakeFromOthers(Manager manager, FieldSet fields)
    {
        foreach (var (owner, owned) in owners.Where(o => o.Key != manager).ToList())
            if (owned.Fields.Except(fields) is { IsEmpty: false } rest)
                owners[owner] = (rest, owned.Time);
            else
                owners.Remove(owner);
    }

    /// <summary>Writes them into an object.</summary>
    public void Write(JsonObject content)
    {
        var entries = new JsonArray();
        var inOrder = owners.OrderBy(o => !o.Key.IsApply).ThenBy(o => o.Value.Time, StringComparer.Ordinal).ThenBy(o => o.Key.Name, StringComparer.Ordinal);
        foreach (var (manager, (fields, time)) in inOrder)
        {
            var entry = new JsonObject
            {
                ["manager"] = manager.Name,
                ["operation"] = manager.IsApply ? "Apply" : "Update",
                ["apiVersion"] = manager.ApiVersion,
                ["time"] = time,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = fields.Write(),
            };
            if (manager.Subresource.Length > 0)
                entry["subresource"] = manager.Subresource;
            entries.Add(entry);
        }

        var metadata = (JsonObject)content["metadata"]!;
        if (entries.Count > 0)
            metadata["managedFields"] = entries;
        else
            metadata.Remove("managedFields");
    }
}
