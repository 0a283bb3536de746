using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Output;
using Pipeline.Rollouts;

namespace Pipeline.Incidents;

/// <summary>Deployments, pods and jobs one by one, with all that <c>kubectl describe</c> would be asked for.</summary>
internal static class Description
{
    /// <summary>The page.</summary>
    public static string Of(ClusterObjects objects)
    {
        var page = new Markdown();
        var events = EventList.InOrder(objects[Resource.Events]);
        foreach (var workload in objects[Resource.Deployments].Concat(objects[Resource.Jobs]))
            Describe(page, workload, Describe(workload), events);
        foreach (var pod in objects[Resource.Pods])
        {
            Describe(page, pod, Describe(pod), events);
            foreach (var container in PodTemplate.ContainersOf(pod.At("spec")))
                Container(page, container, PodTrouble.Statuses(pod).FirstOrDefault(s => s.Text("name") == container.Text("name")));
        }

        return page.ToString();
    }

    private static void Describe(Markdown page, JsonObject found, IEnumerable<(string What, string? Said)> facts, IReadOnlyList<JsonObject> events)
    {
        page.Heading(2, $"{found.Kind()}/{found.Name()}");
        page.List([.. facts.Where(f => !string.IsNullOrEmpty(f.Said)).Select(f => $"{f.What}: {f.Said}")]);
        page.Table(["condition", "status", "since", "reason", "message"], found.Items("status", "conditions")
            .Select(c => (string?[])[c.Text("type"), c.Text("status"), c.Text("lastTransitionTime"), c.Text("reason"), c.Text("message")]));
        page.Table(EventList.Head, events.Where(e => e.Text("involvedObject", "name") == found.Name()).Select(EventList.Row));
    }

    private static IEnumerable<(string What, string? Said)> Describe(JsonObject found) =>
    [
        ("made", found.Text("metadata", "creationTimestamp")), ("being deleted since", found.Text("metadata", "deletionTimestamp")),
        ("labels", Pairs(found.At("metadata", "labels"))), ("annotations", Pairs(found.At("metadata", "annotations"))),
        ("belongs to", string.Join(", ", found.Items("metadata", "ownerReferences").Select(o => $"{o.Kind()}/{o.Text("name")}"))),
        ("node", found.Text("spec", "nodeName")), ("address", found.Text("status", "podIP")), ("phase", found.Text("status", "phase")),
        ("reason", found.Text("status", "reason")), ("message", found.Text("status", "message")), ("quality of service", found.Text("status", "qosClass")),
        ("replicas", found.Text("spec", "replicas")), ("strategy", found.Text("spec", "strategy", "type")), ("status", Numbers(found.At("status"))),
        ("volumes", string.Join(", ", found.Items("spec", "volumes").Select(v => $"{v.Text("name")} ({string.Join("", v.Select(f => f.Key).Where(k => k != "name"))})"))),
    ];

    private static void Container(Markdown page, JsonObject container, JsonObject? status)
    {
        page.Heading(3, $"container {container.Text("name")}");
        page.List(
        [
            $"image: {container.Text("image")}, running {status.Text("imageID") ?? "(none)"}",
            $"state: {State(status.At("state"))}; before: {State(status.At("lastState"))}",
            $"ready: {status.Text("ready") ?? "false"}, restarts: {status.Number("restartCount")}",
            .. Rest(container, "command", "args", "resources", "ports", "env", "envFrom", "volumeMounts", "startupProbe", "readinessProbe", "livenessProbe"),
        ]);
    }

    private static IEnumerable<string> Rest(JsonObject container, params string[] fields) =>
        fields.Where(f => container[f] is not null).Select(f => $"{f}: {container[f]!.ToJsonString()}");

    // {"terminated":{"exitCode":137,"reason":"OOMKilled",…}}
    private static string State(JsonObject? state) => state?.FirstOrDefault() is { Key: { } word } found
        ? $"{word} {Pairs(found.Value as JsonObject)}".Trim()
        : "none";

    private static string Pairs(JsonObject? fields) => string.Join(", ", (fields ?? []).Select(f => $"{f.Key}={f.Value}"));

    private static string Numbers(JsonObject? status) =>
        string.Join(", ", (status ?? []).Where(f => f.Value is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number).Select(f => $"{f.Key}={f.Value}"));
}
