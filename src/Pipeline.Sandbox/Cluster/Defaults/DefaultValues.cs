using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Defaults;

/// <summary>The values that the API server fills in where a manifest says nothing.</summary>
internal static class DefaultValues
{
    public static void Apply(ResourceKind kind, JsonObject content)
    {
        if (kind == ResourceKind.Secrets)
            content["type"] ??= "Opaque";
        if (content["spec"] is not JsonObject spec)
            return;
        switch (kind.Kind)
        {
            case "Pod" when kind.Group.Length == 0:
                PodDefaults.Apply(spec);
                PodDefaults.RequestLimits(spec);
                break;
            case "Deployment" when kind.Group == "apps":
                Deployment(spec);
                break;
            case "ReplicaSet" or "StatefulSet" or "DaemonSet" when kind.Group == "apps":
                if (kind.Kind != "DaemonSet")
                    spec["replicas"] ??= 1;
                Template(spec);
                break;
            case "Job" when kind.Group == "batch":
                Job(spec);
                break;
            case "Service" when kind.Group.Length == 0:
                Service(spec);
                break;
            default:
                break;
        }
    }

    private static void Deployment(JsonObject spec)
    {
        spec["replicas"] ??= 1;
        spec["revisionHistoryLimit"] ??= 10;
        spec["progressDeadlineSeconds"] ??= 600;
        var strategy = Inner(spec, "strategy");
        strategy["type"] ??= "RollingUpdate";
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = Inner(strategy, "rollingUpdate");
            rolling["maxUnavailable"] ??= "25%";
            rolling["maxSurge"] ??= "25%";
        }

        Template(spec);
    }

    private static void Job(JsonObject spec)
    {
        // With a parallelism alone a Job is a work queue, which is complete when one of its pods says so.
        if (spec["parallelism"] is null)
            spec["completions"] ??= 1;
        spec["parallelism"] ??= 1;
        spec["backoffLimit"] ??= 6;
        spec["completionMode"] ??= "NonIndexed";
        spec["suspend"] ??= false;
        spec["podReplacementPolicy"] ??= "TerminatingOrFailed";
        Template(spec);
    }

    private static void Service(JsonObject spec)
    {
        spec["type"] ??= "ClusterIP";
        spec["sessionAffinity"] ??= "None";
        spec["internalTrafficPolicy"] ??= "Cluster";
        spec["ipFamilies"] ??= new JsonArray("IPv4");
        spec["ipFamilyPolicy"] ??= "SingleStack";
        foreach (var port in spec.Items("ports"))
        {
            port["protocol"] ??= "TCP";
            port["targetPort"] ??= port["port"]?.DeepClone();
        }
    }

    private static void Template(JsonObject spec)
    {
        if (spec.At("template", "spec") is { } pod)
            PodDefaults.Apply(pod);
    }

    private static JsonObject Inner(JsonObject around, string field) => (JsonObject)(around[field] ??= new JsonObject());
}
