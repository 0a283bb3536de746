using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Defaults;

/// <summary>The defaults of a pod's specification.</summary>
internal static class PodDefaults
{
    // 0644, as files of volumes are made.
    private const int FileMode = 420;

    public static void Apply(JsonObject spec)
    {
        spec["restartPolicy"] ??= "Always";
        spec["terminationGracePeriodSeconds"] ??= 30;
        spec["dnsPolicy"] ??= "ClusterFirst";
        spec["schedulerName"] ??= "default-scheduler";
        spec["securityContext"] ??= new JsonObject();
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
            Container(container);
        foreach (var volume in spec.Items("volumes"))
            foreach (var source in (string[])["secret", "configMap", "projected", "downwardAPI"])
                if (volume.At(source) is { } files)
                    files["defaultMode"] ??= FileMode;
    }

    /// <summary>What a pod limits and does not request it requests as much as it limits; templates stay as they were written.</summary>
    public static void RequestLimits(JsonObject spec)
    {
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
            if (container.At("resources", "limits") is { } limits)
                foreach (var (resource, amount) in limits)
                    ((JsonObject)(container["resources"]!["requests"] ??= new JsonObject()))[resource] ??= amount?.DeepClone();
    }

    private static void Container(JsonObject container)
    {
        container["resources"] ??= new JsonObject();
        container["terminationMessagePath"] ??= "/dev/termination-log";
        container["terminationMessagePolicy"] ??= "File";
        container["imagePullPolicy"] ??= IsLatest(container.Text("image") ?? "") ? "Always" : "IfNotPresent";
        foreach (var port in container.Items("ports"))
            port["protocol"] ??= "TCP";
        foreach (var variable in container.Items("env"))
            if (variable.At("valueFrom", "fieldRef") is { } field)
                field["apiVersion"] ??= "v1";
        foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
            if (container.At(probe) is { } asked)
                Probe(asked);
        foreach (var hook in (string[])["postStart", "preStop"])
            if (container.At("lifecycle", hook, "httpGet") is { } request)
                Request(request);
    }

    private static bool IsLatest(string image) =>
        !image.Contains('@', StringComparison.Ordinal)
        && (image[(image.LastIndexOf('/') + 1)..].Split(':', 2) is not [_, var tag] || tag == "latest");

    private static void Probe(JsonObject probe)
    {
        probe["timeoutSeconds"] ??= 1;
        probe["periodSeconds"] ??= 10;
        probe["successThreshold"] ??= 1;
        probe["failureThreshold"] ??= 3;
        if (probe.At("httpGet") is { } request)
            Request(request);
    }

    private static void Request(JsonObject request)
    {
        request["path"] ??= "/";
        request["scheme"] ??= "HTTP";
    }
}
