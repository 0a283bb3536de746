using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s.Models;
using Pipeline.Sandbox.Cluster.Kinds;

namespace Pipeline.Sandbox.Cluster.Validation;

/// <summary>Which fields the built-in kinds have, by the models of the official client, which are made from the API's own description.</summary>
internal static class DeclaredFields
{
    private static readonly Dictionary<ResourceKind, Type> Models = (
        from type in typeof(V1Pod).Assembly.GetExportedTypes()
        let entity = type.GetCustomAttribute<KubernetesEntityAttribute>()
        where entity is not null
        join served in BuiltInKinds.All on (entity.Group, entity.ApiVersion, entity.Kind) equals (served.Kind.Group, served.Kind.Version, served.Kind.Kind)
        select (served.Kind, type)).ToDictionary(m => m.Kind, m => m.type);

    private static readonly Dictionary<Type, Dictionary<string, Type>> Fields = Reachable(Models.Values);

    /// <summary>Where an object has fields that its kind has not, as in <c>spec.containers[0].imagee</c>.</summary>
    /// <param name="kind">The kind; of those that CustomResourceDefinitions bring nothing is known.</param>
    /// <param name="content">The object.</param>
    /// <param name="remove">True to take them out.</param>
    public static IReadOnlyList<string> Undeclared(ResourceKind kind, JsonObject content, bool remove)
    {
        var found = new List<string>();
        if (Models.TryGetValue(kind, out var model))
            Look(content, model, "", found, remove);
        return found;
    }

    private static void Look(JsonNode? node, Type type, string path, List<string> found, bool remove)
    {
        if (node is JsonArray list && Element(type, typeof(IList<>), 0) is { } item)
            for (var i = 0; i < list.Count; i++)
                Look(list[i], item, $"{path}[{i}]", found, remove);
        else if (node is JsonObject map && Element(type, typeof(IDictionary<,>), 1) is { } value)
            foreach (var (key, entry) in map)
                Look(entry, value, $"{path}.{key}", found, remove);
        else if (node is JsonObject content && Fields.TryGetValue(type, out var fields))
            LookInto(content, fields, path.Length == 0 ? "" : $"{path}.", found, remove);
    }

    private static void LookInto(JsonObject content, Dictionary<string, Type> fields, string prefix, List<string> found, bool remove)
    {
        foreach (var (name, value) in content.ToList())
            if (fields.TryGetValue(name, out var type))
                Look(value, type, $"{prefix}{name}", found, remove);
            else
            {
                found.Add($"{prefix}{name}");
                if (remove)
                    content.Remove(name);
            }
    }

    private static Type? Element(Type type, Type generic, int argument) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == generic ? type.GetGenericArguments()[argument] : null;

    // Types without named fields, such as quantities and whatever-you-like, are written by converters of their own.
    private static Dictionary<Type, Dictionary<string, Type>> Reachable(IEnumerable<Type> models)
    {
        var found = new Dictionary<Type, Dictionary<string, Type>>();
        var open = new Queue<Type>(models);
        while (open.TryDequeue(out var next))
        {
            var type = Element(next, typeof(IList<>), 0) ?? Element(next, typeof(IDictionary<,>), 1) ?? next;
            if (type != next)
                open.Enqueue(type);
            else if (!found.ContainsKey(type) && NamedFields(type) is { Count: > 0 } fields)
            {
                found[type] = fields;
                foreach (var field in fields.Values)
                    open.Enqueue(field);
            }
        }

        return found;
    }

    private static Dictionary<string, Type> NamedFields(Type type) => type.GetProperties()
        .Select(p => (Name: p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name, p.PropertyType)).Where(p => p.Name is not null)
        .ToDictionary(p => p.Name!, p => p.PropertyType, StringComparer.Ordinal);
}
