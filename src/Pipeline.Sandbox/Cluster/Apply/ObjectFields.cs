using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster.Patches;

namespace Pipeline.Sandbox.Cluster.Apply;

/// <summary>Which fields an object sets, and in which two objects differ, as sets of paths.</summary>
/// <param name="isCustom">True for kinds of a CustomResourceDefinition.</param>
internal sealed class ObjectFields(bool isCustom)
{
    // What the server fills in belongs to no manager.
    private static readonly string[] OfMetadata =
    [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion",
        "deletionTimestamp", "deletionGracePeriodSeconds",
    ];

    /// <summary>Every field that an object sets.</summary>
    public FieldSet Of(JsonObject content)
    {
        var set = new FieldSet();
        AddFields(set, content, "");
        return Owned(set);
    }

    /// <summary>What was changed or added, and what was removed.</summary>
    public (FieldSet Changed, FieldSet Removed) Compare(JsonObject before, JsonObject after)
    {
        var (changed, removed) = (new FieldSet(), new FieldSet());
        CompareMaps(before, after, changed, removed, "");
        return (Owned(changed), Owned(removed));
    }

    private static FieldSet Owned(FieldSet set)
    {
        set.Remove("f:apiVersion");
        set.Remove("f:kind");
        foreach (var field in OfMetadata)
            set.Remove("f:metadata", $"f:{field}");
        if (set.Find("f:metadata") is { Children.Count: 0 })
            set.Remove("f:metadata");
        return set;
    }

    private void Add(FieldSet set, JsonNode? value, string parent, string field)
    {
        if (value is JsonObject { Count: > 0 } map && !ListShape.IsAtomicMap(parent, field, isCustom))
            AddFields(set, map, field);
        else if (value is JsonArray { Count: > 0 } list && ListShape.Of(parent, field, isCustom) is { } shape)
            foreach (var (name, element) in KeyedList.Named(list, shape))
            {
                set.Child(name).IsMember = true;
                if (element is JsonObject fields)
                    AddFields(set.Child(name), fields, field);
            }
        else
            set.IsMember = true;
    }

    private void AddFields(FieldSet set, JsonObject map, string field)
    {
        foreach (var (name, value) in map)
            Add(set.Child($"f:{name}"), value, field, name);
    }

    private void CompareMaps(JsonObject before, JsonObject after, FieldSet changed, FieldSet removed, string field)
    {
        foreach (var (name, now) in after)
            if (before.TryGetPropertyValue(name, out var was))
                Compare(was, now, changed, removed, field, name, $"f:{name}");
            else
                Add(changed.Child($"f:{name}"), now, field, name);
        foreach (var (name, was) in before)
            if (!after.ContainsKey(name))
                Add(removed.Child($"f:{name}"), was, field, name);
    }

    private void Compare(JsonNode? was, JsonNode? now, FieldSet changed, FieldSet removed, string parent, string field, string step)
    {
        if (JsonNode.DeepEquals(was, now))
            return;
        if (was is JsonObject wasMap && now is JsonObject nowMap && !ListShape.IsAtomicMap(parent, field, isCustom))
            CompareMaps(wasMap, nowMap, changed.Child(step), removed.Child(step), field);
        else if (was is JsonArray wasList && now is JsonArray nowList && ListShape.Of(parent, field, isCustom) is { } shape)
            CompareLists(wasList, nowList, shape, changed.Child(step), removed.Child(step), field);
        else
            Add(changed.Child(step), now, parent, field);
    }

    private void CompareLists(JsonArray before, JsonArray after, ListShape shape, FieldSet changed, FieldSet removed, string field)
    {
        var was = KeyedList.Named(before, shape).DistinctBy(e => e.Name).ToDictionary(e => e.Name, e => e.Element);
        foreach (var (name, element) in KeyedList.Named(after, shape))
            if (!was.Remove(name, out var old))
                AddElement(changed.Child(name), element, field);
            else if (old is JsonObject oldFields && element is JsonObject fields)
                CompareMaps(oldFields, fields, changed.Child(name), removed.Child(name), field);
        foreach (var (name, element) in was)
            AddElement(removed.Child(name), element, field);
    }

    private void AddElement(FieldSet set, JsonNode? element, string field)
    {
        set.IsMember = true;
        if (element is JsonObject fields)
            AddFields(set, fields, field);
    }
}
