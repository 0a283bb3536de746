using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Preflight;

/// <summary>An object that a pod refers to.</summary>
/// <param name="Resource">Its kind.</param>
/// <param name="Name">Its name.</param>
/// <param name="Key">The entry in it; null for the whole of it.</param>
/// <param name="IsOptional">True when the pod starts without it.</param>
internal sealed record PodReference(Resource Resource, string Name, string? Key, bool IsOptional = false)
{
    private static readonly Resource ServiceAccounts = new("v1", "ServiceAccount", "serviceaccounts");
    private static readonly Resource Claims = new("v1", "PersistentVolumeClaim", "persistentvolumeclaims");

    /// <summary>Kind and name, as messages write them.</summary>
    public string Id => $"{Resource.Kind}/{Name}";

    /// <summary>Every object that a pod, or the pods of a workload, refer to.</summary>
    public static IEnumerable<PodReference> In(JsonObject manifest)
    {
        if ((PodTemplate.Of(manifest) ?? (manifest.Kind() == Resource.Pods.Kind ? manifest.At("spec") : null)) is not { } pod)
            return [];
        // "default" is made by the cluster in every namespace.
        var account = pod.Text("serviceAccountName") is { } name and not "default" ? [new PodReference(ServiceAccounts, name, null)] : Array.Empty<PodReference>();
        return account.Concat(PodTemplate.ContainersOf(pod).SelectMany(OfContainer)).Concat(pod.Items("volumes").SelectMany(OfVolume)).Distinct();
    }

    private static IEnumerable<PodReference> OfContainer(JsonObject container)
    {
        foreach (var source in container.Items("envFrom"))
        {
            if (source.At("configMapRef") is { } map)
                yield return new PodReference(Resource.ConfigMaps, map.Text("name")!, null, IsMarked(map));
            if (source.At("secretRef") is { } secret)
                yield return new PodReference(Resource.Secrets, secret.Text("name")!, null, IsMarked(secret));
        }

        foreach (var source in container.Items("env").Select(e => e.At("valueFrom")))
        {
            if (source.At("configMapKeyRef") is { } map)
                yield return new PodReference(Resource.ConfigMaps, map.Text("name")!, map.Text("key"), IsMarked(map));
            if (source.At("secretKeyRef") is { } secret)
                yield return new PodReference(Resource.Secrets, secret.Text("name")!, secret.Text("key"), IsMarked(secret));
        }
    }

    private static IEnumerable<PodReference> OfVolume(JsonObject volume)
    {
        var claim = volume.Text("persistentVolumeClaim", "claimName") is { } name ? [new PodReference(Claims, name, null)] : Array.Empty<PodReference>();
        return volume.Items("projected", "sources").Prepend(volume).SelectMany(OfSource).Concat(claim);
    }

    // A volume of its own says secretName, a part of a projected one says name.
    private static IEnumerable<PodReference> OfSource(JsonObject source) =>
        OfItems(Resource.ConfigMaps, source.At("configMap"), "name")
            .Concat(OfItems(Resource.Secrets, source.At("secret"), source.Text("secret", "secretName") is null ? "name" : "secretName"));

    private static IEnumerable<PodReference> OfItems(Resource resource, JsonObject? source, string field)
    {
        if (source.Text(field) is not { } name)
            return [];
        var keys = source.Items("items").Select(i => i.Text("key")).ToList();
        return keys.Count == 0 ? [new PodReference(resource, name, null, IsMarked(source))] : keys.Select(k => new PodReference(resource, name, k, IsMarked(source)));
    }

    private static bool IsMarked(JsonObject? reference) => reference.Text("optional") == "true";
}
