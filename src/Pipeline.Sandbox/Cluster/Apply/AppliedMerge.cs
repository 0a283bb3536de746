using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster.Patches;

namespace Pipeline.Sandbox.Cluster.Apply;

/// <summary>Lays an applied configuration over the live object, and takes out what its manager no longer applies.</summary>
internal sealed class AppliedMerge(bool isCustom)
{
    /// <summary>Lays <paramref name="wanted"/> over <paramref name="target"/>.</summary>
    public void Merge(JsonObject target, JsonObject wanted, string field = "")
    {
        foreach (var (name, value) in wanted)
            if (value is JsonObject map && target[name] is JsonObject into && !ListShape.IsAtomicMap(field, name, isCustom))
                Merge(into, map, name);
            else if (value is JsonArray list && target[name] is JsonArray live && ListShape.Of(field, name, isCustom) is { } shape)
                target[name] = MergeLists(live, list, shape, name);
            else if (!JsonNode.DeepEquals(target[name], value))
                target[name] = value?.DeepClone();
    }

    /// <summary>Takes fields out; what is empty then goes too.</summary>
    public void Remove(JsonObject target, FieldSet fields, string field = "")
    {
        foreach (var (step, child) in fields.Children)
        {
            var name = step[2..];
            if (child.IsMember && child.Children.Count == 0)
                target.Remove(name);
            else if (target[name] is JsonObject map)
            {
                Remove(map, child, name);
                if (map.Count == 0)
                    target.Remove(name);
            }
            else if (target[name] is JsonArray list && ListShape.Of(field, name, isCustom) is { } shape)
            {
                RemoveElements(list, child, shape, name);
                if (list.Count == 0)
                    target.Remove(name);
            }
        }
    }

    private void RemoveElements(JsonArray list, FieldSet elements, ListShape shape, string field)
    {
        foreach (var (name, element) in KeyedList.Named(list, shape).ToList())
            if (elements.Find(name) is not { } removed)
                continue;
            else if (removed.IsMember)
                list.Remove(element);
            else if (element is JsonObject fields)
                Remove(fields, removed, field);
    }

    // The applied order wins; what only the live list has keeps its place before the shared element that follows it.
    private JsonArray MergeLists(JsonArray live, JsonArray wanted, ListShape shape, string field)
    {
        var wantedNames = KeyedList.Named(wanted, shape).Select(e => e.Name).ToHashSet();
        var rest = new Queue<(string Name, JsonNode? Element)>(KeyedList.Named(live, shape));
        var byName = rest.DistinctBy(e => e.Name).ToDictionary(e => e.Name, e => e.Element);
        var merged = new JsonArray();
        foreach (var (name, element) in KeyedList.Named(wanted, shape))
        {
            while (rest.TryPeek(out var next) && !wantedNames.Contains(next.Name))
                merged.Add(rest.Dequeue().Element?.DeepClone());
            if (rest.TryPeek(out _))
                rest.Dequeue();
            merged.Add(MergeElement(byName.GetValueOrDefault(name), element, field));
        }

        foreach (var (name, element) in rest)
            if (!wantedNames.Contains(name))
                merged.Add(element?.DeepClone());
        return merged;
    }

    private JsonNode? MergeElement(JsonNode? live, JsonNode? wanted, string field)
    {
        if (live is not JsonObject into || wanted is not JsonObject map)
            return wanted?.DeepClone();
        var merged = (JsonObject)into.DeepClone();
        Merge(merged, map, field);
        return merged;
    }
}
