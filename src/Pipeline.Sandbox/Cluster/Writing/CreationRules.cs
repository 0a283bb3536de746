using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster.Kinds;

namespace Pipeline.Sandbox.Cluster.Writing;

/// <summary>What the API server makes of a new object before anybody sees it.</summary>
internal static class CreationRules
{
    public static void Apply(ResourceKind kind, JsonObject content, bool isRequest)
    {
        // A node agent reports its node with its status.
        if (isRequest && BuiltInKinds.HasStatus(kind) && kind != ResourceKind.Nodes)
            content.Remove("status");
        if (kind == ResourceKind.Pods)
            Pod(content);
        else if (kind == ResourceKind.Namespaces)
            Namespace(content);
        else if (kind == ResourceKind.Jobs)
            Job(content);
        else if (kind == ResourceKind.CustomResourceDefinitions)
            Definition(content);
        if (kind == ResourceKind.Secrets)
            Texts(content);
        // Typed clients read a status before any controller wrote one.
        if (BuiltInKinds.HasStatus(kind))
            content["status"] ??= kind == ResourceKind.Services ? new JsonObject { ["loadBalancer"] = new JsonObject() } : [];
    }

    /// <summary>A Secret's <c>stringData</c> is written, never read.</summary>
    public static void Texts(JsonObject secret)
    {
        if (secret["stringData"] is not JsonObject texts)
            return;
        var data = (JsonObject)(secret["data"] ??= new JsonObject());
        foreach (var (key, text) in texts)
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes((string?)text ?? ""));
        secret.Remove("stringData");
    }

    private static void Pod(JsonObject pod)
    {
        var status = (JsonObject)(pod["status"] ??= new JsonObject());
        status["phase"] ??= "Pending";
        status["qosClass"] ??= QualityOfService(pod);
    }

    private static string QualityOfService(JsonObject pod)
    {
        var containers = pod.Items("spec", "containers").Concat(pod.Items("spec", "initContainers")).ToList();
        if (containers.TrueForAll(c => c.At("resources", "requests") is not { Count: > 0 } && c.At("resources", "limits") is not { Count: > 0 }))
            return "BestEffort";
        return containers.TrueForAll(c => IsGuaranteed(c, "cpu") && IsGuaranteed(c, "memory")) ? "Guaranteed" : "Burstable";
    }

    private static bool IsGuaranteed(JsonObject container, string resource) =>
        container.Text("resources", "limits", resource) is { } limit
        && Quantity.Parse(container.Text("resources", "requests", resource) ?? limit) == Quantity.Parse(limit);

    private static void Namespace(JsonObject space)
    {
        space["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        space["status"] = new JsonObject { ["phase"] = "Active" };
        var metadata = space.At("metadata")!;
        ((JsonObject)(metadata["labels"] ??= new JsonObject()))["kubernetes.io/metadata.name"] = space.Name();
    }

    private static void Job(JsonObject job)
    {
        if (job.At("spec") is not { } spec || spec.Text("manualSelector") == "true" || spec["selector"] is not null)
            return;
        var uid = job.Text("metadata", "uid");
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid } };
        if (spec.At("template") is not { } template)
            return;
        var metadata = (JsonObject)(template["metadata"] ??= new JsonObject());
        var labels = (JsonObject)(metadata["labels"] ??= new JsonObject());
        foreach (var prefix in (string[])["batch.kubernetes.io/", ""])
            (labels[$"{prefix}controller-uid"], labels[$"{prefix}job-name"]) = (uid, job.Name());
    }

    private static void Definition(JsonObject definition)
    {
        var now = definition.Text("metadata", "creationTimestamp");
        JsonObject Condition(string type, string reason, string message) =>
            new() { ["type"] = type, ["status"] = "True", ["lastTransitionTime"] = now, ["reason"] = reason, ["message"] = message };
        definition["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted")),
            ["acceptedNames"] = definition.At("spec", "names")?.DeepClone(),
            ["storedVersions"] = new JsonArray([.. definition.Items("spec", "versions").Where(v => v.Text("storage") == "true").Select(v => (JsonNode?)v.Text("name"))]),
        };
    }
}
