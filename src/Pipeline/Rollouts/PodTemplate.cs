using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Finds the parts of a workload's pod template that a release fills in.</summary>
internal static class PodTemplate
{
    /// <summary>The pod's spec in a Deployment, StatefulSet, DaemonSet, Job or CronJob; null in any other object.</summary>
    public static JsonObject? Of(JsonObject manifest) => manifest.At("spec", "template", "spec") ?? manifest.At("spec", "jobTemplate", "spec", "template", "spec");

    /// <summary>True when a ReplicaSet makes the pods that a Deployment asks for, as its controller compares them: all but the label that it adds.</summary>
    public static bool IsSame(JsonObject replicaSet, JsonObject deployment) => Same(replicaSet, deployment, "spec") && Same(replicaSet, deployment, "metadata", "annotations")
        && Labels(replicaSet).SequenceEqual(Labels(deployment));

    private static bool Same(JsonObject one, JsonObject other, params string[] path) => JsonNode.DeepEquals(one.At(["spec", "template", .. path]), other.At(["spec", "template", .. path]));

    private static IEnumerable<(string, string?)> Labels(JsonObject workload) => (workload.At("spec", "template", "metadata", "labels") ?? [])
        .Where(l => l.Key != "pod-template-hash").Select(l => (l.Key, l.Value?.ToString())).OrderBy(l => l.Key, StringComparer.Ordinal);

    /// <summary>Containers and init containers.</summary>
    public static IEnumerable<JsonObject> Containers(JsonObject manifest) => ContainersOf(Of(manifest));

    /// <summary>Containers and init containers of a pod's spec.</summary>
    public static IEnumerable<JsonObject> ContainersOf(JsonObject? pod) => pod.Items("containers").Concat(pod.Items("initContainers"));

    /// <summary>True for an init container that runs beside the others, to the pod's end.</summary>
    public static bool IsSidecar(JsonObject? container) => container.Text("restartPolicy") == "Always";

    /// <summary>Every place that names a ConfigMap.</summary>
    public static IEnumerable<(JsonObject Owner, string Field)> ConfigMapReferences(JsonObject manifest)
    {
        if (Of(manifest) is not { } pod)
            yield break;
        foreach (var container in Containers(manifest))
        {
            foreach (var source in container.Items("envFrom"))
                if (source.At("configMapRef") is { } whole)
                    yield return (whole, "name");
            foreach (var variable in container.Items("env"))
                if (variable.At("valueFrom", "configMapKeyRef") is { } key)
                    yield return (key, "name");
        }

        foreach (var volume in pod.Items("volumes"))
        {
            if (volume.At("configMap") is { } mounted)
                yield return (mounted, "name");
            foreach (var source in volume.Items("projected", "sources"))
                if (source.At("configMap") is { } projected)
                    yield return (projected, "name");
        }
    }
}
