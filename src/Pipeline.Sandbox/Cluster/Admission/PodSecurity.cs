using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Admission;

/// <summary>The Pod Security Standards that a namespace's label enforces.</summary>
internal static class PodSecurity
{
    private const string Label = "pod-security.kubernetes.io/enforce";

    /// <exception cref="ApiException">Forbidden.</exception>
    public static void Check(ClusterStore store, JsonObject pod)
    {
        var space = store.Find(ResourceKind.Namespaces, null, pod.Text("metadata", "namespace") ?? "");
        if (space?.Content.At("metadata", "labels").Text(Label) is not { } level || level is not ("baseline" or "restricted"))
            return;
        var violations = Baseline(pod).Concat(level == "restricted" ? Restricted(pod) : []).ToList();
        if (violations.Count > 0)
            throw ApiException.Forbidden(ResourceKind.Pods, pod.Name(), $"violates PodSecurity \"{level}:latest\": {string.Join(", ", violations)}");
    }

    private static IEnumerable<string> Baseline(JsonObject pod)
    {
        foreach (var field in (string[])["hostNetwork", "hostPID", "hostIPC"])
            if (pod.Text("spec", field) == "true")
                yield return $"host namespaces ({field}=true)";
        if (Named(pod, c => c.Text("securityContext", "privileged") == "true") is { } privileged)
            yield return $"privileged ({privileged} must not set securityContext.privileged=true)";
        var volumes = pod.Items("spec", "volumes").Where(v => v.ContainsKey("hostPath")).Select(v => $"\"{v.Text("name")}\"").ToList();
        if (volumes.Count > 0)
            yield return $"hostPath volumes (volume{(volumes.Count > 1 ? "s" : "")} {string.Join(", ", volumes)})";
    }

    private static IEnumerable<string> Restricted(JsonObject pod)
    {
        var context = pod.At("spec", "securityContext");
        if (Named(pod, c => c.Text("securityContext", "allowPrivilegeEscalation") != "false") is { } escalating)
            yield return $"allowPrivilegeEscalation != false ({escalating} must set securityContext.allowPrivilegeEscalation=false)";
        if (Named(pod, c => c.At("securityContext", "capabilities")?["drop"] is not JsonArray drop || !drop.Any(d => (string?)d == "ALL")) is { } capable)
            yield return $"unrestricted capabilities ({capable} must set securityContext.capabilities.drop=[\"ALL\"])";
        if (Named(pod, c => (c.Text("securityContext", "runAsNonRoot") ?? context.Text("runAsNonRoot")) != "true") is { } root)
            yield return $"runAsNonRoot != true (pod or {root} must set securityContext.runAsNonRoot=true)";
        if (Named(pod, c => (c.Text("securityContext", "seccompProfile", "type") ?? context.Text("seccompProfile", "type")) is not ("RuntimeDefault" or "Localhost")) is { } unconfined)
            yield return $"seccompProfile (pod or {unconfined} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    }

    // "container "api"", "containers "api", "sidecar"", or null when none is meant.
    private static string? Named(JsonObject pod, Func<JsonObject, bool> isMeant)
    {
        var names = pod.Items("spec", "initContainers").Concat(pod.Items("spec", "containers")).Where(isMeant).Select(c => $"\"{c.Text("name")}\"").ToList();
        return names.Count == 0 ? null : $"container{(names.Count > 1 ? "s" : "")} {string.Join(", ", names)}";
    }
}
