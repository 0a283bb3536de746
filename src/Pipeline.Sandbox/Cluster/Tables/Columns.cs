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
            Wide("Nominated Node", o => o.Text("status", "nominatedNodeName") ?? "<none>"), Wide("Readiness Gates", PodCells.Gates),
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
            Name, new("Status", (o, _) => Cells.JobStatus(o)), new("Completions", (o, _) => $"{o.Number("status", "succeeded")}/{o.Number("spec", "completions")}"),
            new("Duration", Cells.Duration), Created, .. Images,
        ],
        "services" =>
        [
            Name, Text("Type", "spec", "type"), Text("Cluster-IP", "spec", "clusterIP"),
            new("External-IP", (_, _) => "<none>"), new("Port(s)", (o, _) => Cells.Ports(o)), Created,
            Wide("Selector", o => Cells.Listed((o.At("spec", "selector") ?? []).Select(l => $"{l.Key}={l.Value}"))),
        ],
        "endpoints" => [Name, new("Endpoints", (o, _) => Cells.Endpoints(o)), Created],
        "configmaps" => [Name, Count("Data", "data"), Created],
        "secrets" => [Name, Text("Type", "type"), Count("Data", "data"), Created],
        "events" =>
        [
            new("Last Seen", (o, now) => Age.Of(o.Text("lastTimestamp") ?? o.Text("eventTime") ?? o.Text("metadata", "creationTimestamp"), now)),
            Text("Type", "type"), Text("Reason", "reason"),
            new("Object", (o, _) => $"{o.Text("involvedObject", "kind")?.ToLowerInvariant()}/{o.Text("involvedObject", "name")}"),
            Wide("Subobject", o => o.Text("involvedObject", "fieldPath") ?? ""), Wide("Source", Cells.Source),
            new("Message", (o, _) => o.Text("message")?.Trim() ?? ""),
            new("First Seen", (o, now) => Age.Of(o.Text("firstTimestamp") ?? o.Text("eventTime") ?? o.Text("metadata", "creationTimestamp"), now), IsWide: true),
            new("Count", (o, _) => $"{Math.Max(1, o.Number("count"))}", IsNumber: true, IsWide: true), Wide("Name", o => o.Name()),
        ],
        "nodes" =>
        [
            Name, new("Status", (o, _) => Cells.NodeStatus(o)), new("Roles", (o, _) => Cells.Roles(o)), Created, Text("Version", "status", "nodeInfo", "kubeletVersion"),
            Wide("Internal-IP", o => Cells.Address(o, "InternalIP")), Wide("External-IP", o => Cells.Address(o, "ExternalIP")),
            Wide("OS-Image", o => o.Text("status", "nodeInfo", "osImage") ?? "<unknown>"),
            Wide("Kernel-Version", o => o.Text("status", "nodeInfo", "kernelVersion") ?? "<unknown>"),
            Wide("Container-Runtime", o => o.Text("status", "nodeInfo", "containerRuntimeVersion") ?? "<unknown>"),
        ],
        "namespaces" => [Name, Text("Status", "status", "phase"), Created],
        "leases.coordination.k8s.io" => [Name, Text("Holder", "spec", "holderIdentity"), Created],
        "serviceaccounts" => [Name, new("Secrets", (o, _) => $"{(o["secrets"] as JsonArray)?.Count ?? 0}", IsNumber: true), Created],
        "resourcequotas" => [Name, new("Request", (o, _) => Cells.Used(o, "limits.", isPrefix: false)), new("Limit", (o, _) => Cells.Used(o, "limits.", isPrefix: true)), Created],
        "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io" or "customresourcedefinitions.apiextensions.k8s.io" =>
            [Name, Text("Created At", "metadata", "creationTimestamp")],
        "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io" =>
        [
            Name, new("Role", (o, _) => $"{o.Text("roleRef", "kind")}/{o.Text("roleRef", "name")}"), Created,
            .. Subjects.Select(s => Wide($"{s}s", o => Cells.Subjects(o, s))),
        ],
        _ => [Name, Created],
    };

    private static readonly string[] Subjects = ["User", "Group", "ServiceAccount"];

    private static Column[] Images =>
    [
        Wide("Containers", o => string.Join(",", o.Items("spec", "template", "spec", "containers").Select(c => c.Text("name")))),
        Wide("Images", o => string.Join(",", o.Items("spec", "template", "spec", "containers").Select(c => c.Text("image")))),
        Wide("Selector", o => Cells.Selector(o.At("spec", "selector"))),
    ];

    private static Column Text(string name, params string[] path) => new(name, (o, _) => o.Text(path) ?? "");

    private static Column Number(string name, params string[] path) => new(name, (o, _) => $"{o.Number(path)}", IsNumber: true);

    private static Column Count(string name, string field) => new(name, (o, _) => $"{o.At(field)?.Count ?? 0}", IsNumber: true);

    private static Column Wide(string name, Func<JsonObject, string> value) => new(name, (o, _) => value(o), IsWide: true);
}
