using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Admission;

/// <summary>Counts what a namespace uses against its ResourceQuotas.</summary>
internal sealed class ResourceQuotas(ClusterStore store)
{
    /// <exception cref="ApiException">Forbidden: the object does not fit, or does not say what it needs.</exception>
    public void Admit(ResourceKind kind, JsonObject content)
    {
        var space = content.Text("metadata", "namespace") ?? "";
        foreach (var quota in kind.IsNamespaced ? store.List(ResourceKind.ResourceQuotas, space).Items : [])
        {
            var needs = Needs(quota, kind, content);
            if (needs.Count == 0)
                continue;
            var missing = kind == ResourceKind.Pods ? needs.Keys.Where(n => IsCompute(n) && !Says(content, n)).Order(StringComparer.Ordinal).ToList() : [];
            if (missing.Count > 0)
                throw ApiException.Forbidden(kind, content.Name(), $"failed quota: {quota.Name}: must specify {string.Join(",", missing)}");
            var used = needs.Keys.ToDictionary(n => n, n => Used(space, n));
            var over = needs.Where(n => n.Value > 0 && used[n.Key] + n.Value > Hard(quota, n.Key)).Select(n => n.Key).Order(StringComparer.Ordinal).ToList();
            if (over.Count > 0)
                throw ApiException.Forbidden(
                    kind,
                    content.Name(),
                    $"exceeded quota: {quota.Name}, requested: {Text(over, n => needs[n])}, used: {Text(over, n => used[n])}, limited: {Text(over, n => Hard(quota, n))}");
        }
    }

    /// <summary>Writes what is used now into the quotas of the namespace in which something changed.</summary>
    /// <param name="changed">What changed.</param>
    /// <param name="write">Stores a quota's new content.</param>
    public void Refresh(StoredObject changed, Action<StoredObject, JsonObject> write)
    {
        if (changed.Namespace.Length == 0)
            return;
        foreach (var quota in store.List(ResourceKind.ResourceQuotas, changed.Namespace).Items)
        {
            var content = (JsonObject)quota.Content.DeepClone();
            var hard = (JsonObject?)quota.Content.At("spec", "hard")?.DeepClone() ?? [];
            var used = new JsonObject(hard.Select(h => KeyValuePair.Create<string, JsonNode?>(h.Key, Amount(h.Key, Used(quota.Namespace, h.Key)))));
            content["status"] = new JsonObject { ["hard"] = hard, ["used"] = used };
            try
            {
                write(quota, content);
            }
            catch (ApiException e) when (e.Reason is "Conflict" or "NotFound")
            {
                // Somebody changes or deletes the quota right now; the next change counts again.
            }
        }
    }

    private static Dictionary<string, decimal> Needs(StoredObject quota, ResourceKind kind, JsonObject content)
    {
        var needs = new Dictionary<string, decimal>();
        foreach (var (name, _) in quota.Content.At("spec", "hard") ?? [])
            if (Counts(name, kind))
                needs[name] = IsCompute(name) ? OfPod(content, name) : 1;
        return needs;
    }

    private static bool Counts(string name, ResourceKind kind) =>
        kind == ResourceKind.Pods && IsCompute(name)
        || name == $"count/{kind.QualifiedName}"
        || kind.Group.Length == 0 && name == kind.Plural;

    private static bool IsCompute(string name) =>
        name is "cpu" or "memory" || name.StartsWith("requests.", StringComparison.Ordinal) || name.StartsWith("limits.", StringComparison.Ordinal);

    private static (string List, string Resource) Path(string name) => name.Split('.', 2) is [var list, var resource] ? (list, resource) : ("requests", name);

    private static bool Says(JsonObject pod, string name)
    {
        var (list, resource) = Path(name);
        return pod.Items("spec", "containers").All(c => c.Text("resources", list, resource) is not null);
    }

    // Init containers run one after the other, before the others: the largest of them counts where it is more than all those.
    private static decimal OfPod(JsonObject pod, string name)
    {
        var (list, resource) = Path(name);
        decimal Of(JsonObject container) => Quantity.Parse(container.Text("resources", list, resource) ?? "0");
        return Math.Max(pod.Items("spec", "containers").Sum(Of), pod.Items("spec", "initContainers").Select(Of).DefaultIfEmpty().Max());
    }

    private decimal Used(string space, string name)
    {
        if (IsCompute(name) || name == "pods")
        {
            var live = store.List(ResourceKind.Pods, space).Items.Where(p => p.Content.Text("status", "phase") is not ("Succeeded" or "Failed"));
            return IsCompute(name) ? live.Sum(p => OfPod(p.Content, name)) : live.Count();
        }

        var counted = name.StartsWith("count/", StringComparison.Ordinal) ? name["count/".Length..] : name;
        return store.In(space).Count(o => o.Kind.QualifiedName == counted);
    }

    private static decimal Hard(StoredObject quota, string name) => Quantity.Parse(quota.Content.Text("spec", "hard", name));

    private static string Text(IEnumerable<string> names, Func<string, decimal> amount) => string.Join(",", names.Select(n => $"{n}={Amount(n, amount(n))}"));

    private static string Amount(string name, decimal amount) =>
        !IsCompute(name) ? $"{amount:0}" : name.EndsWith("cpu", StringComparison.Ordinal) ? Quantity.Cores(amount) : Quantity.Bytes(amount);
}
