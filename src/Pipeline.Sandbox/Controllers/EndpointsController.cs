using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Keeps, for each Service with a selector, the addresses of the pods behind it.</summary>
internal sealed class EndpointsController(ClusterStore store, ObjectWriter writer, TimeProvider time) : Controller(store, time)
{
    protected override IEnumerable<ResourceKind> Watched => [ResourceKind.Services, ResourceKind.Pods];

    protected override IEnumerable<ObjectKey> KeysOf(StoreChange change)
    {
        if (change.Object.Kind == ResourceKind.Services)
            return [ObjectKey.Of(change.Object)];
        return Store.List(ResourceKind.Services, change.Object.Namespace).Items
            .Where(s => Selects(s, change.Object.Content) || (change.Before is { } before && Selects(s, before.Content))).Select(ObjectKey.Of);
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Find(key.Kind, key.Namespace, key.Name) is not { } service)
        {
            writer.Remove(ResourceKind.Endpoints, key.Namespace, key.Name);
            return null;
        }

        if (service.Content.At("spec", "selector") is null)
            return null;
        var subsets = SubsetsOf(service);
        if (Store.Find(ResourceKind.Endpoints, key.Namespace, key.Name) is null)
            writer.Create(ResourceKind.Endpoints, key.Namespace, New(service, subsets));
        else
            writer.Update(ResourceKind.Endpoints, key.Namespace, key.Name, content => Fill(content, subsets));
        return null;
    }

    private static bool Selects(StoredObject service, JsonObject pod) =>
        service.Content.At("spec", "selector") is { Count: > 0 } selector && Selector.HasAll(pod.At("metadata", "labels"), selector);

    private static JsonObject New(StoredObject service, JsonArray subsets)
    {
        var metadata = new JsonObject { ["name"] = service.Name };
        if (service.Content.At("metadata", "labels") is { } labels)
            metadata["labels"] = labels.DeepClone();
        var content = new JsonObject { ["metadata"] = metadata };
        Fill(content, subsets);
        return content;
    }

    private static void Fill(JsonObject content, JsonArray subsets)
    {
        if (subsets.Count == 0)
            content.Remove("subsets");
        else
            content["subsets"] = subsets.DeepClone();
    }

    // Pods whose named ports have different numbers cannot share a subset.
    private JsonArray SubsetsOf(StoredObject service)
    {
        var groups = Store.List(ResourceKind.Pods, service.Namespace).Items
            .Where(p => p.Content.IsActive() && p.Content.Text("status", "podIP") is not null && Selects(service, p.Content))
            .Select(p => (Pod: p, Ports: PortsOf(service, p.Content))).Where(p => p.Ports.Count > 0 || !service.Content.Items("spec", "ports").Any())
            .GroupBy(p => p.Ports.ToJsonString(), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal);
        return [.. groups.Select(g => Subset([.. g.Select(p => p.Pod)], g.First().Ports, service.Content.Text("spec", "publishNotReadyAddresses") == "true"))];
    }

    private static JsonObject Subset(List<StoredObject> pods, JsonArray ports, bool isReadinessIgnored)
    {
        var subset = new JsonObject();
        foreach (var isServing in (ReadOnlySpan<bool>)[true, false])
            if (pods.Where(p => (p.Content.IsReady() || isReadinessIgnored) == isServing).OrderBy(p => p.Content.Text("status", "podIP"), StringComparer.Ordinal).ToList() is { Count: > 0 } some)
                subset[isServing ? "addresses" : "notReadyAddresses"] = new JsonArray([.. some.Select(Address)]);
        if (ports.Count > 0)
            subset["ports"] = ports.DeepClone();
        return subset;
    }

    private static JsonObject Address(StoredObject pod) => new()
    {
        ["ip"] = pod.Content.Text("status", "podIP"),
        ["nodeName"] = pod.Content.Text("spec", "nodeName"),
        ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["namespace"] = pod.Namespace, ["name"] = pod.Name, ["uid"] = pod.Uid() },
    };

    private static JsonArray PortsOf(StoredObject service, JsonObject pod)
    {
        var ports = new JsonArray();
        foreach (var port in service.Content.Items("spec", "ports"))
            if (NumberOf(port.Text("targetPort") ?? port.Text("port") ?? "", pod) is { } number)
            {
                var entry = new JsonObject { ["port"] = number, ["protocol"] = port.Text("protocol") ?? "TCP" };
                if (port.Text("name") is { Length: > 0 } name)
                    entry["name"] = name;
                ports.Add(entry);
            }

        return ports;
    }

    private static long? NumberOf(string target, JsonObject pod) =>
        long.TryParse(target, out var number) ? number
        : pod.Items("spec", "containers").SelectMany(c => c.Items("ports")).FirstOrDefault(p => p.Text("name") == target) is { } named ? named.Number("containerPort") : null;
}
