using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Preflight;

namespace Pipeline.Rollouts;

/// <summary>Recognises that somebody else changes the Deployment while it is rolled out, and who.</summary>
internal static class OtherHands
{
    /// <summary>What is no longer as it was applied; null while the pods are to run this release.</summary>
    public static string? Superseding(JsonObject applied, JsonObject now)
    {
        foreach (var container in PodTemplate.Containers(applied))
        {
            var image = PodTemplate.Containers(now).FirstOrDefault(c => c.Text("name") == container.Text("name")).Text("image");
            if (image != container.Text("image"))
                return $"{Who(now, applied)} changed it while it was rolled out: container '{container.Text("name")}' is to run '{image ?? "nothing"}' instead of '{container.Text("image")}'";
        }

        if (ConfigurationOf(applied).Except(ConfigurationOf(now)).FirstOrDefault() is { } lost)
            return $"{Who(now, applied)} changed it while it was rolled out: it no longer reads ConfigMap '{lost}'";
        // Without the values: they may be passwords. What others add takes nothing away from this release.
        var (wanted, kept) = (PodTemplate.Of(applied), PodTemplate.Of(now));
        return SentFields.Changed(wanted, kept).Select(c => c.Path).Concat(SentFields.Missing(wanted, kept)).FirstOrDefault() is { } path
            ? $"{Who(now, applied)} changed it while it was rolled out: its pods' '{path}' is no longer what this release asks for"
            : null;
    }

    /// <summary>What somebody did who left the pods to this release: an autoscaler's number of pods, or a restart.</summary>
    public static string Changing(JsonObject applied, JsonObject now) => IsOnlyScaled(applied, now)
        ? $"{Named(Writers(now, applied).LastOrDefault())} scaled it to {now.Text("spec", "replicas")} pods while it was rolled out"
        : $"{Who(now, applied)} changed it while it was rolled out; its pods still run this release";

    /// <summary>Who wrote the wish last, by the name under which it wrote and the cluster's time: <c>'kubectl-set' (at 12:00:05Z)</c>.</summary>
    /// <param name="deployment">The object.</param>
    /// <param name="applied">How it was when this run wrote it: what was written until then is not asked for.</param>
    public static string Who(JsonObject deployment, JsonObject applied) =>
        // Whoever scales it changes no pod.
        Named(Writers(deployment, applied).LastOrDefault(f => f.Text("subresource") is not "scale"));

    /// <summary>Who wrote the wish last, unless it was this pipeline; a removal leaves no entry, so that null says nothing.</summary>
    public static string? Stranger(JsonObject stored) => Writers(stored, null).LastOrDefault(f => f.Text("subresource") is not "scale") is { } last && !IsOurs(last) ? Named(last) : null;

    // The newest last. Times are whole seconds, in which ours is the one before; and a field that another takes over, or removes, changes our entry too.
    private static IEnumerable<JsonObject> Writers(JsonObject deployment, JsonObject? applied)
    {
        var before = applied.Items("metadata", "managedFields").ToList();
        return deployment.Items("metadata", "managedFields")
            .Where(f => f.At("fieldsV1", "f:spec") is not null && !before.Exists(b => JsonNode.DeepEquals(b, f) || (IsOurs(f) && IsOurs(b) && b.Text("time") == f.Text("time"))))
            .OrderBy(f => f.Text("time"), StringComparer.Ordinal).ThenBy(f => !IsOurs(f));
    }

    private static bool IsOurs(JsonObject entry) => entry.Text("manager") == ClusterConnection.FieldManager;

    private static string Named(JsonObject? entry) => entry.Text("manager") switch
    {
        null => "somebody",
        ClusterConnection.FieldManager => $"another run of this pipeline{At(entry)}",
        var manager => $"'{manager}'{At(entry)}",
    };

    private static bool IsOnlyScaled(JsonObject applied, JsonObject now)
    {
        var scaled = applied.At("spec")?.DeepClone() as JsonObject ?? [];
        scaled["replicas"] = now.At("spec")?["replicas"]?.DeepClone();
        return JsonNode.DeepEquals(scaled, now.At("spec"));
    }

    private static string At(JsonObject? entry) => entry.Text("time") is { } time ? $" (at {time})" : "";

    private static IEnumerable<string?> ConfigurationOf(JsonObject deployment) =>
        PodTemplate.ConfigMapReferences(deployment).Select(r => r.Owner.Text(r.Field));
}
