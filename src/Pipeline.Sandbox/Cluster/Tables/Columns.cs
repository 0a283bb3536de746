using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Tables;

/// <summary>The columns that kubectl's users know, by kind.</summary>
internal static class Columns
{
    private static readonly Column Name = new("Name", (o, _) => o.Name());
    private static readonly Column Created = new("Age", Age.OfObject);

    public static IReadOnlyList<Column> Of(ResourceKind kind) => kind.QualifiedName switch
    {
        "pods" =>
        [
            Name, new("Ready", (o, _) => PodCells.Ready(o)), new("Status", (o, _) => PodCells.Status(o)), new("Restarts", PodCells.Restarts), Created,
            Wide("IP", o => o.Text("status", "podIP") ?? "<none>"), Wide("Node", o => o.Text("spec", "nodeName") ?? "<none>"),
        ],
        "deployments.apps" =>
        [
            Name, new("Ready", (o, _) => $"{o.Number("status", "readyReplicas")}/{o.Number("spec", "replicas")}"),
            Number("Up-to-date", "status", "updatedReplicas"), Number("Available", "status", "availableReplicas"), Created, .. Images,
        ],
        "replicasets.apps" =>
        [
            Name, Number("Desired", "spec", "replicas"), Number("Current", "status", "replicas"), Number("Ready", "status", "readyReplicas"), Created, .. Images,
        ],
        "jobs.batch" =>
        [
            Name, new("Status", (o, _) => JobStatus(o)), new("Completions", (o, _) => $"{o.Number("status", "succeeded")}/{o.Number("spec", "completions")}"),
            new("Duration", Duration), Created,
        ],
        "services" =>
        [
            Name, Text("Type", "spec", "type"), Text("Cluster-IP", "spec", "clusterIP"),
            new("External-IP", (_, _) => "<none>"), new("Port(s)", (o, _) => Ports(o)), Created,
        ],
        "configmaps" => [Name, Count("Data", "data"), Created],
        "secrets" => [Name, Text("Type", "type"), Count("Data", "data"), Created],
        "events" =>
        [
            new("Last Seen", (o, now) => Age.Of(o.Text("lastTimestamp") ?? o.Text("eventTime") ?? o.Text("metadata", "creationTimestamp"), now)),
            Text("Type", "type"), Text("Reason", "reason"),
            new("Object", (o, _) => $"{o.Text("involvedObject", "kind")?.ToLowerInvariant()}/{o.Text("involvedObject", "name")}"),
            new("Message", (o, _) => o.Text("message")?.Trim() ?? ""),
        ],
        "nodes" =>
        [
            Name, new("Status", (o, _) => NodeStatus(o)), new("Roles", (o, _) => Roles(o)), Created, Text("Version", "status", "nodeInfo", "kubeletVersion"),
        ],
        "namespaces" => [Name, Text("Status", "status", "phase"), Created],
        "leases.coordination.k8s.io" => [Name, Text("Holder", "spec", "holderIdentity"), Created],
        "serviceaccounts" => [Name, new("Secrets", (o, _) => $"{(o["secrets"] as JsonArray)?.Count ?? 0}", IsNumber: true), Created],
        "resourcequotas" => [Name, new("Request", (o, _) => Used(o, "limits.", isPrefix: false)), new("Limit", (o, _) => Used(o, "limits.", isPrefix: true)), Created],
        _ => [Name, Created],
    };

    private static Column[] Images =>
    [
        Wide("Containers", o => string.Join(",", o.Items("spec", "template", "spec", "containers").Select(c => c.Text("name")))),
        Wide("Images", o => string.Join(",", o.Items("spec", "template", "spec", "containers").Select(c => c.Text("image")))),
        Wide("Selector", o => string.Join(",", (o.At("spec", "selector", "matchLabels") ?? []).Select(l => $"{l.Key}={l.Value}"))),
    ];

    private static Column Text(string name, params string[] path) => new(name, (o, _) => o.Text(path) ?? "");

    private static Column Number(string name, params string[] path) => new(name, (o, _) => $"{o.Number(path)}", IsNumber: true);

    private static Column Count(string name, string field) => new(name, (o, _) => $"{o.At(field)?.Count ?? 0}", IsNumber: true);

    private static Column Wide(string name, Func<JsonObject, string> value) => new(name, (o, _) => value(o), IsWide: true);

    private static string JobStatus(JsonObject job) =>
        job.Condition("Complete").Text("status") == "True" ? "Complete"
        : job.Condition("Failed").Text("status") == "True" ? "Failed"
        : job.Text("metadata", "deletionTimestamp") is not null ? "Terminating"
        : job.Text("spec", "suspend") == "true" ? "Suspended" : "Running";

    private static string Duration(JsonObject job, DateTimeOffset now) =>
        job.Text("status", "startTime") is not { } start ? ""
        : Age.Of(start, DateTimeOffset.TryParse(job.Text("status", "completionTime"), out var end) ? end : now);

    private static string Ports(JsonObject service)
    {
        var ports = service.Items("spec", "ports").Select(p => $"{p.Text("port")}{(p.Text("nodePort") is { } node ? $":{node}" : "")}/{p.Text("protocol")}").ToList();
        return ports.Count == 0 ? "<none>" : string.Join(",", ports);
    }

    private static string NodeStatus(JsonObject node) =>
        (node.Condition("Ready").Text("status") switch { "True" => "Ready", null => "Unknown", _ => "NotReady" })
        + (node.Text("spec", "unschedulable") == "true" ? ",SchedulingDisabled" : "");

    private static string Roles(JsonObject node)
    {
        const string Role = "node-role.kubernetes.io/";
        var roles = (node.At("metadata", "labels") ?? []).Where(l => l.Key.StartsWith(Role, StringComparison.Ordinal)).Select(l => l.Key[Role.Length..]).ToList();
        return roles.Count == 0 ? "<none>" : string.Join(",", roles);
    }

    private static string Used(JsonObject quota, string prefix, bool isPrefix) => string.Join(
        ", ",
        (quota.At("status", "hard") ?? [])
            .Where(h => h.Key.StartsWith(prefix, StringComparison.Ordinal) == isPrefix)
            .Select(h => $"{h.Key}: {quota.At("status", "used").Text(h.Key)}/{h.Value}"));
}
