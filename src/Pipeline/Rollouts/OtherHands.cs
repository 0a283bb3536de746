using System.Text.Json.Nodes;
using Pipeline.Cluster;

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
                return $"{Who(now)} changed it while it was rolled out: container '{container.Text("name")}' is to run '{image ?? "nothing"}' instead of '{container.Text("image")}'";
        }

        return ConfigurationOf(applied).Except(ConfigurationOf(now)).FirstOrDefault() is { } lost
            ? $"{Who(now)} changed it while it was rolled out: it no longer reads ConfigMap '{lost}'"
            : null;
    }

    /// <summary>Who wrote the wish last, by the name under which it wrote and the cluster's time: <c>'kubectl-set' (at 12:00:05Z)</c>.</summary>
    public static string Who(JsonObject deployment)
    {
        // Whoever scales it changes no pod; and times are whole seconds, in which ours is the one before.
        var last = deployment.Items("metadata", "managedFields").Where(f => f.At("fieldsV1", "f:spec") is not null && string.IsNullOrEmpty(f.Text("subresource")))
            .OrderBy(f => f.Text("time"), StringComparer.Ordinal).ThenBy(f => f.Text("manager") != ClusterConnection.FieldManager).LastOrDefault();
        return last.Text("manager") switch
        {
            null => "somebody",
            ClusterConnection.FieldManager => $"another run of this pipeline{At(last)}",
            var manager => $"'{manager}'{At(last)}",
        };
    }

    private static string At(JsonObject? entry) => entry.Text("time") is { } time ? $" (at {time})" : "";

    private static IEnumerable<string?> ConfigurationOf(JsonObject deployment) =>
        PodTemplate.ConfigMapReferences(deployment).Select(r => r.Owner.Text(r.Field));
}
