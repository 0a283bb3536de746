using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Patches;

/// <summary>A merge patch that merges the API's keyed lists by their keys and obeys <c>$patch</c>, <c>$setElementOrder</c> and <c>$deleteFromPrimitiveList</c>.</summary>
internal static class StrategicMergePatch
{
    private const string Order = "$setElementOrder/";
    private const string Deletion = "$deleteFromPrimitiveList/";

    public static void Apply(JsonObject target, JsonObject patch, string parent = "")
    {
        if (patch.Text("$patch") == "replace")
            target.Clear();
        foreach (var (name, value) in patch)
            if (name.StartsWith(Deletion, StringComparison.Ordinal))
                DeleteTexts(target[name[Deletion.Length..]] as JsonArray, value as JsonArray);
            else if (!name.StartsWith('$'))
                Set(target, name, value, parent);
        foreach (var (name, order) in patch)
            if (name.StartsWith(Order, StringComparison.Ordinal) && target[name[Order.Length..]] is JsonArray list)
                Sort(list, (JsonArray)order!, ListShape.Of(parent, name[Order.Length..], isCustom: false)?.PatchKey);
    }

    private static void Set(JsonObject target, string name, JsonNode? value, string parent)
    {
        if (value is null || (value as JsonObject).Text("$patch") == "delete")
            target.Remove(name);
        else if (value is JsonObject inner)
        {
            if (target[name] is not JsonObject)
                target[name] = new JsonObject();
            Apply((JsonObject)target[name]!, inner, name);
        }
        else if (value is JsonArray elements && ListShape.Of(parent, name, isCustom: false) is { } shape)
        {
            if (target[name] is not JsonArray)
                target[name] = new JsonArray();
            Merge((JsonArray)target[name]!, elements, shape.PatchKey, name);
        }
        else
            target[name] = value.DeepClone();
    }

    private static void Merge(JsonArray target, JsonArray patch, string key, string field)
    {
        if (key.Length == 0)
        {
            foreach (var added in patch.Where(p => !target.Any(t => JsonNode.DeepEquals(t, p))).ToList())
                target.Add(added?.DeepClone());
            return;
        }

        if (patch.OfType<JsonObject>().Any(e => e.Text("$patch") == "replace"))
            target.Clear();
        foreach (var element in patch.OfType<JsonObject>().Where(e => e.Text("$patch") != "replace"))
        {
            if (element.Text(key) is not { } value)
                throw ApiException.BadRequest($"map: {element.ToJsonString()} does not contain declared merge key: {key}");
            var found = target.OfType<JsonObject>().FirstOrDefault(t => t.Text(key) == value);
            if (element.Text("$patch") == "delete")
                target.Remove(found);
            else if (found is not null)
                Apply(found, element, field);
            else
                target.Add(New(element, field));
        }
    }

    private static JsonObject New(JsonObject element, string field)
    {
        var added = new JsonObject();
        Apply(added, element, field);
        return added;
    }

    private static void DeleteTexts(JsonArray? list, JsonArray? deleted)
    {
        foreach (var text in deleted ?? [])
            if (list?.FirstOrDefault(t => JsonNode.DeepEquals(t, text)) is { } found)
                list.Remove(found);
    }

    private static void Sort(JsonArray list, JsonArray order, string? key)
    {
        string? Key(JsonNode? node) => key is { Length: > 0 } ? (node as JsonObject).Text(key) : node?.ToString();
        var places = order.Select(Key).ToList();
        var sorted = list.Select((node, at) => (Node: node, Place: places.IndexOf(Key(node)), At: at))
            .OrderBy(e => e.Place < 0 ? int.MaxValue : e.Place).ThenBy(e => e.At).Select(e => e.Node?.DeepClone()).ToList();
        list.Clear();
        foreach (var node in sorted)
            list.Add(node);
    }
}
