using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster;

/// <summary>Where a pod's ports really are. All pods listen on 127.0.0.1, so each port is another there; nodes note it at the pod: <c>8080=41235,9090=41236</c>.</summary>
internal static class PodPorts
{
    /// <summary>The annotation that holds it.</summary>
    public const string Annotation = "pipeline.sandbox/ports";

    /// <summary>The port of 127.0.0.1 behind a port of a pod; null when nobody listens there.</summary>
    public static int? RealPort(StoredObject? pod, string? port) =>
        (pod?.Content.At("metadata", "annotations").Text(Annotation) ?? "").Split(',')
            .Select(p => p.Split('=')).Where(p => p.Length == 2 && p[0] == port).Select(p => (int?)int.Parse(p[1])).FirstOrDefault();
}
