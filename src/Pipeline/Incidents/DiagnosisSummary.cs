using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Output;
using Pipeline.Preflight;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Incidents;

/// <summary>The page that a person reads first: what stands out, then everything in tables.</summary>
/// <param name="objects">The objects.</param>
/// <param name="answers">What the pods answered.</param>
/// <param name="history">The record; null when it could not be read.</param>
/// <param name="now">The moment of the reading, in UTC.</param>
internal sealed class DiagnosisSummary(ClusterObjects objects, PodAnswers answers, ReleaseHistory? history, DateTimeOffset now)
{
    private const int Events = 60;
    private const int Revisions = 15;
    private const int BodyShown = 120;
    private readonly Markdown page = new();

    /// <summary>Writes it.</summary>
    /// <param name="title">Which environment, where.</param>
    /// <param name="evidence">The files that go with it, and what is missing.</param>
    public string Write(string title, Evidence evidence)
    {
        page.Heading(1, title);
        page.Say($"Taken {now:yyyy-MM-dd HH:mm:ss}Z. Secrets are masked.");
        WhatStandsOut();
        Record();
        Workloads();
        Part("Rollout history", ["revision", "made", "pods", "change", "images"], RolloutHistory());
        Part($"Events, the last {Events}", EventList.Head, EventList.InOrder(objects[Resource.Events]).TakeLast(Events).Select(EventList.Row));
        Answers();
        NodesAndUsage();
        Missing(evidence);
        Part("Files", ["file", "size"], evidence.Files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (string?[])[f.Key, $"{f.Value.Length}"]));
        return page.ToString();
    }

    private void WhatStandsOut()
    {
        page.Heading(2, "What stands out");
        var found = Standouts.In(objects, history);
        page.List(found);
        if (found.Count == 0)
            page.Say(objects.Knows(Resource.Pods) ? "Nothing in what could be read." : "Unknown: the pods could not be read.");
    }

    private void Record()
    {
        if (history is null)
            return;
        Part("Releases", ["release", "what", "outcome", "started", "by", ""], history.Releases.Take(8).Select(r => (string?[])
        [
            $"{r.Number}", r.Rollback is { } back ? $"rollback {back.From} → {back.To}" : r.Version, $"{r.Outcome}", $"{r.Started:u}", r.StartedBy, r == history.Live ? "live" : "",
        ]));
    }

    private void Workloads()
    {
        Part("Deployments", ["name", "ready", "updated", "wanted", "change", "images"], objects[Resource.Deployments].Select(d => (string?[])
        [
            d.Name(), $"{d.Number("status", "readyReplicas")}", $"{d.Number("status", "updatedReplicas")}", $"{d.Number("spec", "replicas")}", ChangeOf(d), Images(d),
        ]));
        Part("Pods", ["name", "node", "state", "ready", "restarts", "age", "before"], objects[Resource.Pods].Select(p => (Row: PodRow.Of(p), Pod: p)).Select(r => (string?[])
        [
            r.Row.Name, r.Row.Node, r.Row.State, r.Row.Ready, $"{r.Row.Restarts}", Age.Of(r.Row.Made, now), LastEnd(r.Pod),
        ]));
    }

    // As kubectl rollout history has it, and with what it leaves out: when, and which image.
    private IEnumerable<string?[]> RolloutHistory() => objects[Resource.ReplicaSets]
        .OrderByDescending(s => s.At("metadata", "annotations").Number("deployment.kubernetes.io/revision"))
        .Take(Revisions)
        .Select(s => (string?[])
        [
            $"{s.Items("metadata", "ownerReferences").FirstOrDefault().Text("name")} {s.At("metadata", "annotations").Text("deployment.kubernetes.io/revision")}",
            s.Text("metadata", "creationTimestamp"), $"{s.Number("status", "replicas")}", ChangeOf(s), Images(s),
        ]);

    private void Answers() => Part("What pods answer", ["pod", "what", "address", "status", "ms", "body"], answers.All.Select(a => (string?[])
    [
        a.Pod, a.What, a.Address, $"{a.Status}", $"{a.Milliseconds:0}", a.What == "metrics" ? $"{a.Body.Length} characters" : a.Body.Length > BodyShown ? a.Body[..BodyShown] + "…" : a.Body,
    ]));

    private void NodesAndUsage()
    {
        Part("Nodes", ["name", "conditions", "kubelet", "allocatable", "usage"], objects[ClusterObjects.Nodes].Select(n => (string?[])
        [
            n.Name(), string.Join(", ", n.Items("status", "conditions").Select(c => $"{c.Text("type")}={c.Text("status")}")),
            n.Text("status", "nodeInfo", "kubeletVersion"), Amounts(n.At("status", "allocatable")),
            Amounts(objects[ClusterObjects.NodeMetrics].FirstOrDefault(m => m.Name() == n.Name()).At("usage")),
        ]));
        Part("Usage", ["pod", "container", "cpu", "memory"], objects[ClusterObjects.PodMetrics].SelectMany(m => m.Items("containers").Select(c => (string?[])
            [m.Name(), c.Text("name"), Shown("cpu", c.Text("usage", "cpu")), Shown("memory", c.Text("usage", "memory"))])));
        Part("Quota", ["quota", "what", "used", "hard"], objects[ClusterObjects.Quotas].SelectMany(q => (q.At("status", "hard") ?? []).Select(h => (string?[])
            [q.Name(), h.Key, q.Text("status", "used", h.Key), $"{h.Value}"])));
    }

    private void Missing(Evidence evidence) =>
        Part("Not collected", ["why", "what"], evidence.Missing.Select(m => (string?[])[m.Why, string.Join(", ", m.What)]));

    private void Part(string title, string[] head, IEnumerable<string?[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        page.Heading(2, title);
        page.Table(head, all);
    }

    private static string? ChangeOf(JsonObject found) => found.At("metadata", "annotations").Text("kubernetes.io/change-cause");

    private static string Images(JsonObject workload) => string.Join(", ", PodTemplate.Containers(workload).Select(c => c.Text("image")));

    private static string LastEnd(JsonObject pod) => string.Join(", ", PodTrouble.Statuses(pod).Where(s => s.At("lastState", "terminated") is not null)
        .Select(s => s.At("lastState", "terminated")).Select(e => $"{e.Text("reason")}, {ContainerExit.Of(e.Number("exitCode"))} at {e.Text("finishedAt")}"));

    private static string Amounts(JsonObject? amounts) => string.Join(", ", (amounts ?? []).Where(a => a.Key is "cpu" or "memory" or "pods").Select(a => $"{a.Key} {Shown(a.Key, $"{a.Value}")}"));

    // Metrics come in nanocores and Kibibytes, which nobody can compare with what a manifest says.
    private static string? Shown(string name, string? amount) => (name, PodAmounts.TryQuantity(amount)) switch
    {
        (_, null) => amount,
        ("cpu", { } cores) => string.Create(CultureInfo.InvariantCulture, $"{cores * 1000:0.#}m"),
        ("memory", { } bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024 / 1024:0.#}Mi"),
        _ => amount,
    };
}
