using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Verdicts;

/// <summary>Fills in what every object of a situation that was written by hand has in common.</summary>
internal static class WrittenSituation
{
    private static readonly (string Field, string Kind, string Defaults)[] Kinds =
    [
        ("deployment", "deployments", """
            {"metadata":{"name":"api","uid":"d","generation":2,"annotations":{"deployment.kubernetes.io/revision":"2"}},
             "spec":{"replicas":1,"selector":{"matchLabels":{"app":"api"}},"template":{"spec":{"containers":[{"name":"api","image":"api:2"}]}}},
             "status":{"observedGeneration":2}}
            """),
        ("replicaSet", "replicasets", """
            {"metadata":{"name":"api-new","uid":"new","labels":{"app":"api"},"ownerReferences":[{"uid":"d"}],"annotations":{"deployment.kubernetes.io/revision":"2"}},
             "spec":{"template":{"metadata":{"labels":{"pod-template-hash":"new"}},"spec":{"containers":[{"name":"api","image":"api:2"}]}}},"status":{}}
            """),
        ("pod", "pods", """
            {"metadata":{"name":"api-new-1","labels":{"app":"api"},"ownerReferences":[{"uid":"new"}]},"spec":{"nodeName":"node-1","containers":[{"name":"api"}]},"status":{}}
            """),
        ("event", "events", """
            {"type":"Warning","lastTimestamp":"2026-01-01T00:00:00Z","involvedObject":{"kind":"Pod","name":"api-new-1"}}
            """),
    ];

    /// <summary>The changes as a recording has them.</summary>
    public static IReadOnlyList<JsonObject> Lines(JsonObject plan)
    {
        var first = plan.Items("changes").First(c => c["deployment"] is not null);
        var applied = Filled("deployment", first.At("deployment")!);
        return [new JsonObject { ["applied"] = applied }, .. from change in plan.Items("changes") from kind in Kinds where change[kind.Field] is JsonObject select Line(change, kind)];
    }

    private static JsonObject Line(JsonObject change, (string Field, string Kind, string Defaults) kind) => new()
    {
        ["at"] = (double)change.Number("at"),
        ["kind"] = kind.Kind,
        ["type"] = change.Text("gone") == "true" ? "DELETED" : "MODIFIED",
        ["object"] = Filled(kind.Field, change.At(kind.Field)!),
    };

    private static JsonObject Filled(string field, JsonObject said) =>
        Over((JsonObject)JsonNode.Parse(Kinds.First(k => k.Field == field).Defaults)!, said);

    private static JsonObject Over(JsonObject below, JsonObject above)
    {
        foreach (var (name, value) in above)
            below[name] = value is JsonObject inner && below[name] is JsonObject under ? Over(under, inner) : value?.DeepClone();
        return below;
    }
}
