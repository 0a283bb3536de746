using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster.Apply;

/// <summary>
/// A set of field paths, as <c>managedFields</c> keeps who owns what. A node's names are the API's own: <c>f:spec</c> is a field,
/// <c>k:{"name":"api"}</c> an element of a keyed list, <c>v:"x"</c> one of a set.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> children = new(StringComparer.Ordinal);

    /// <summary>True when the path that leads here is in the set itself.</summary>
    public bool IsMember { get; set; }

    public IReadOnlyDictionary<string, FieldSet> Children => children;

    public bool IsEmpty => !IsMember && children.Count == 0;

    /// <summary>Reads a set. A sample: <c>{"f:spec": {"f:containers": {"k:{\"name\":\"api\"}": {".": {}, "f:image": {}}}}}</c>.</summary>
    public static FieldSet Read(JsonObject? fields)
    {
        var set = new FieldSet();
        foreach (var (name, inner) in fields ?? [])
            if (name == ".")
                set.IsMember = true;
            else
            {
                var child = Read(inner as JsonObject);
                child.IsMember |= child.children.Count == 0;
                set.children[name] = child;
            }

        return set;
    }

    public JsonObject Write()
    {
        var fields = new JsonObject();
        if (IsMember && children.Count > 0)
            fields["."] = new JsonObject();
        foreach (var (name, child) in children)
            fields[name] = child.Write();
        return fields;
    }

    /// <summary>The node of a child, made when it is missing.</summary>
    public FieldSet Child(string name)
    {
        if (!children.TryGetValue(name, out var child))
            children[name] = child = new FieldSet();
        return child;
    }

    public FieldSet? Find(string name) => children.GetValueOrDefault(name);

    public FieldSet Union(FieldSet other) => Combine(this, other, (a, b) => a || b);

    public FieldSet Except(FieldSet other) => Combine(this, other, (a, b) => a && !b);

    public FieldSet Intersect(FieldSet other) => Combine(this, other, (a, b) => a && b);

    /// <summary>The set without whole branches.</summary>
    public void Remove(params ReadOnlySpan<string> path)
    {
        if (path is [var only])
            children.Remove(only);
        else if (path is [var first, ..] && children.TryGetValue(first, out var child))
        {
            child.Remove(path[1..]);
            if (child.IsEmpty)
                children.Remove(first);
        }
    }

    /// <summary>Each path as messages write it: <c>.spec.template.spec.containers[name="api"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember)
            yield return prefix;
        foreach (var (name, child) in children)
            foreach (var path in child.Paths(prefix + Step(name)))
                yield return path;
    }

    public bool SameAs(FieldSet other) => JsonNode.DeepEquals(Write(), other.Write());

    private static string Step(string name) => name[..2] switch
    {
        "k:" => $"[{string.Join(",", ((JsonObject)JsonNode.Parse(name[2..])!).Select(k => $"{k.Key}={k.Value!.ToJsonString()}"))}]",
        "v:" => $"[={name[2..]}]",
        _ => $".{name[2..]}",
    };

    private static FieldSet Combine(FieldSet? a, FieldSet? b, Func<bool, bool, bool> isIn)
    {
        var set = new FieldSet { IsMember = isIn(a?.IsMember ?? false, b?.IsMember ?? false) };
        var names = (a?.children.Keys ?? Enumerable.Empty<string>()).Concat(b?.children.Keys ?? Enumerable.Empty<string>());
        foreach (var name in names.Distinct().ToList())
            if (Combine(a?.Find(name), b?.Find(name), isIn) is { IsEmpty: false } child)
                set.children[name] = child;
        return set;
    }
}
