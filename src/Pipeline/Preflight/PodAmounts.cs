using System.Text.Json.Nodes;
using k8s.Models;
using Pipeline.Cluster;

namespace Pipeline.Preflight;

/// <summary>How much one pod takes of what nodes have and quotas count. Units are the API's base units: cores and bytes.</summary>
internal static class PodAmounts
{
    /// <summary>A quantity such as <c>250m</c>, <c>2Gi</c> or <c>1e3</c>; zero when there is none.</summary>
    public static decimal Quantity(string? text) => TryQuantity(text) ?? 0;

    /// <summary>A quantity; null when the text is none.</summary>
    public static decimal? TryQuantity(string? text)
    {
        try
        {
            return string.IsNullOrEmpty(text) ? null : new ResourceQuantity(text).ToDecimal();
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>True when a quota's name counts pods or what they ask for.</summary>
    /// <param name="name">As in <c>requests.cpu</c>, <c>limits.memory</c>, <c>cpu</c> or <c>count/pods</c>.</param>
    public static bool IsOfPods(string name) =>
        name is "pods" or "count/pods" or "cpu" or "memory" or "ephemeral-storage"
        || name.StartsWith("limits.", StringComparison.Ordinal)
        || (name.StartsWith("requests.", StringComparison.Ordinal) && name != "requests.storage");

    /// <summary>
    /// What a pod takes of a name, by the scheduler's rule: what the pod states for all of them; else the containers together, or the largest
    /// init container where that is more.
    /// </summary>
    /// <param name="pod">The pod's spec.</param>
    /// <param name="name">As in a node's allocatable or a quota.</param>
    public static decimal Of(JsonObject? pod, string name)
    {
        if (name is "pods" or "count/pods")
            return 1;
        var (list, resource) = Path(name);
        var together = Together(pod, list, resource);
        // A pod's own limit becomes its request only where no container asks.
        var amount = together > 0 && pod.Text("resources", list, resource) is null ? together : Of(pod, list, resource);
        return amount + Quantity(pod.Text("overhead", resource));
    }

    /// <summary>The names of everything that a pod asks a node for.</summary>
    public static IEnumerable<string> Asked(JsonObject? pod) =>
        pod.Items("containers").Concat(pod.Items("initContainers")).Append(pod ?? [])
            .SelectMany(c => (c.At("resources", "requests") ?? []).Concat(c.At("resources", "limits") ?? []).Select(r => r.Key))
            .Append("pods").Distinct();

    /// <summary>True when the pod or every container of it states what it asks for, be it zero; a quota on a name refuses pods that do not.</summary>
    public static bool Says(JsonObject? pod, string name)
    {
        var (list, resource) = Path(name);
        return name is "pods" or "count/pods" || Stated(pod, list, resource) is not null || pod.Items("containers").All(c => Stated(c, list, resource) is not null);
    }

    private static decimal Together(JsonObject? pod, string list, string resource)
    {
        // One that never ends runs beside the containers, and beside the init containers after it.
        var (sidecars, most) = (0m, 0m);
        foreach (var init in pod.Items("initContainers"))
        {
            var amount = Of(init, list, resource);
            most = Math.Max(most, sidecars + amount);
            if (init.Text("restartPolicy") == "Always")
                sidecars += amount;
        }

        return Math.Max(pod.Items("containers").Sum(c => Of(c, list, resource)) + sidecars, most);
    }

    private static (string List, string Resource) Path(string name) => name.Split('.', 2) switch
    {
        ["limits", var limit] => ("limits", limit),
        ["requests", var request] => ("requests", request),
        _ => ("requests", name),
    };

    private static decimal Of(JsonObject? container, string list, string resource) => Quantity(Stated(container, list, resource));

    // The API sets a request that is missing to the limit.
    private static string? Stated(JsonObject? container, string list, string resource) =>
        container.Text("resources", list, resource) ?? (list == "requests" ? container.Text("resources", "limits", resource) : null);
}
