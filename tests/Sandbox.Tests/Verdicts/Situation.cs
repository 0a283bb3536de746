using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Sandbox.Tests.Verdicts;

/// <summary>A rollout as the cluster told it, and what its verdict must be.</summary>
/// <param name="Name">Its file's name.</param>
/// <param name="Title">What happens, in a sentence.</param>
/// <param name="Row">The condition that it is an example, or a look-alike, of.</param>
/// <param name="Source">Who met it, or says that clusters behave so.</param>
/// <param name="IsRecorded">True when a real cluster told it; false when it was written after what the source says.</param>
/// <param name="Expected">What the verdict must be.</param>
/// <param name="Applied">The Deployment as the cluster stored it.</param>
/// <param name="Changes">What the watches saw, in order; before the first second what stood there already.</param>
/// <param name="Length">How long it was watched.</param>
internal sealed record Situation(
    string Name, string Title, string Row, string Source, bool IsRecorded, Expectation Expected, JsonObject Applied, IReadOnlyList<Change> Changes, TimeSpan Length)
{
    private static readonly Resource[] Kinds = [Resource.Deployments, Resource.ReplicaSets, Resource.Pods, Resource.Events];

    /// <summary>Where the situations are.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Verdicts", "corpus");

    /// <summary>The names of all.</summary>
    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    /// <summary>Reads one.</summary>
    public static Situation Read(string name)
    {
        var plan = YamlManifest.Parse(File.ReadAllText(Path.Combine(Folder, name + ".yaml")), name).Single();
        var recording = Path.Combine(Folder, name + ".jsonl");
        var isRecorded = File.Exists(recording);
        var lines = isRecorded ? WithTemplates([.. File.ReadLines(recording).Select(l => (JsonObject)JsonNode.Parse(l)!)]) : WrittenSituation.Lines(plan);
        return new Situation(
            name, plan.Text("title")!, plan.Text("row")!, plan.Text("source")!, isRecorded, Expectation.Of(plan.At("expect")!),
            lines.Select(l => l.At("applied")).OfType<JsonObject>().First(), [.. lines.Where(l => l.At("object") is not null).Select(ChangeOf)],
            TimeSpan.FromSeconds(isRecorded ? plan.Number("record", "seconds") : plan.Number("seconds")));
    }

    // The recorder once left out what its ReplicaSets make; that is what the Deployment asked for when it had their revision.
    private static IReadOnlyList<JsonObject> WithTemplates(IReadOnlyList<JsonObject> lines)
    {
        var made = lines.Where(l => l.Text("kind") == Resource.Deployments.Plural).Select(l => l.At("object")!).Where(d => RevisionOf(d) is not null)
            .GroupBy(d => RevisionOf(d)!).ToDictionary(g => g.Key, g => g.First().At("spec", "template"));
        foreach (var set in lines.Where(l => l.Text("kind") == Resource.ReplicaSets.Plural).Select(l => l.At("object")!))
            if (set.At("spec", "template") is null && made.GetValueOrDefault(RevisionOf(set) ?? "") is { } template)
                set["spec"]!["template"] = template.DeepClone();
        return lines;
    }

    private static string? RevisionOf(JsonObject item) => item.At("metadata", "annotations").Text("deployment.kubernetes.io/revision");

    // {"at":7.863,"kind":"pods","type":"MODIFIED","object":{…}}
    private static Change ChangeOf(JsonObject line) => new(
        TimeSpan.FromSeconds(line["at"]!.GetValue<double>()), Kinds.First(k => k.Plural == line.Text("kind")),
        new WatchEvent(IsWhole: false, line.Text("type") == "DELETED", [line.At("object")!]));
}

/// <summary>One thing that a watch saw.</summary>
/// <param name="At">When, after the Deployment was applied.</param>
/// <param name="Resource">The kind.</param>
/// <param name="Event">What happened.</param>
internal sealed record Change(TimeSpan At, Resource Resource, WatchEvent Event);

/// <summary>What a situation's verdict must be.</summary>
/// <param name="Outcome">What is decided while it is watched: <c>failed</c>, <c>done</c>, or <c>waiting</c> when nothing is.</param>
/// <param name="Reason">The condition that decides, or that is told meanwhile.</param>
/// <param name="Within">At most so many seconds after that condition was first seen.</param>
/// <param name="Says">Words that the sentence must have.</param>
/// <param name="IsDoomed">True when no waiting helps: what recall is measured by.</param>
/// <param name="Miss">Why the verdict is not the truth, where it is not.</param>
internal sealed record Expectation(string Outcome, string? Reason, double? Within, string? Says, bool IsDoomed, string? Miss)
{
    /// <summary>Reads <c>{outcome: failed, reason: ImageNotFound, within: 1}</c>; what fails is doomed unless it says otherwise.</summary>
    public static Expectation Of(JsonObject expect) => new(
        expect.Text("outcome")!, expect.Text("reason"), expect["within"] is null ? null : expect.Number("within"), expect.Text("says"),
        expect.Text("doomed") is { } doomed ? doomed == "true" : expect.Text("outcome") == "failed", expect.Text("miss"));
}
