using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Releases;

namespace Pipeline.Rollouts;

/// <summary>
/// The manifests of one release, complete: image by digest, ConfigMaps named after their content so that going back brings the old
/// configuration back too, in the order of application.
/// </summary>
/// <param name="Objects">In the order of application.</param>
internal sealed record ManifestSet(ImmutableArray<JsonObject> Objects)
{
    /// <summary>The label on everything that this product applies and may remove again; its value is the environment's name.</summary>
    public const string AppliedLabel = "pipeline/applied";

    private const int HashLength = 10;

    /// <summary>Completes what the files say.</summary>
    /// <exception cref="UsageException">No container has the repository whose image is released.</exception>
    public static ManifestSet Of(IEnumerable<JsonObject> files, ManifestOptions options, Release release, ImageResult image)
    {
        List<JsonObject> objects = [.. files.Select(f => (JsonObject)f.DeepClone())];
        if (objects.Sum(o => SetImage(o, options.ImageRepository, image.Reference)) == 0)
            throw new UsageException($"No container in '{options.ManifestFolder}' has the image '{options.ImageRepository}', so the new image would not run anywhere. Check --image-repository.");
        NameConfigMapsByContent(objects);
        foreach (var found in objects)
            Mark(found, release);
        return new ManifestSet([.. ApplyOrder.Of(objects)]);
    }

    /// <summary>Gives every container with the repository the image.</summary>
    /// <returns>How many containers that were.</returns>
    public static int SetImage(JsonObject manifest, string repository, string reference)
    {
        var count = 0;
        foreach (var container in PodTemplate.Containers(manifest))
            if (container.Text("image") is { } named && RepositoryOf(named) is var found && (found == repository || found.EndsWith('/' + repository, StringComparison.Ordinal)))
            {
                container["image"] = reference;
                count++;
            }

        return count;
    }

    /// <summary>True when a ConfigMap's name is that of the same ConfigMap with other content, or without a hash.</summary>
    /// <param name="earlier">The name in question.</param>
    /// <param name="name">A name with a content hash.</param>
    public static bool IsEarlier(string earlier, string name)
    {
        var start = name.LastIndexOf('-');
        return earlier != name && start > 0 && name.Length - start - 1 == HashLength
            && (earlier == name[..start] || (earlier.Length == name.Length && earlier.StartsWith(name[..(start + 1)], StringComparison.Ordinal)));
    }

    // registry:5000/team/api:1.0.0@sha256:… is team/api at registry:5000: a colon before the last slash belongs to a port.
    private static string RepositoryOf(string image)
    {
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }

    private static void NameConfigMapsByContent(List<JsonObject> objects)
    {
        foreach (var map in objects.Where(o => o.Kind() == "ConfigMap").ToList())
        {
            var references = objects.SelectMany(o => PodTemplate.ConfigMapReferences(o)).Where(r => (string?)r.Owner[r.Field] == map.Name()).ToList();
            if (references.Count == 0)
                continue;
            var content = new JsonArray(map["data"]?.DeepClone(), map["binaryData"]?.DeepClone()).ToJsonString();
            var name = $"{map.Name()}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..HashLength]}";
            map["metadata"]!["name"] = name;
            foreach (var (owner, field) in references)
                owner[field] = name;
        }
    }

    private static void Mark(JsonObject found, Release release)
    {
        var metadata = found.At("metadata")!;
        if (Pruning.Takes(found.Kind()))
            Child(metadata, "labels")[AppliedLabel] = release.Environment;
        if (PodTemplate.Of(found) is not null)
            Child(metadata, "annotations")["kubernetes.io/change-cause"] = $"release {release.Number}: {release.Version}";
    }

    private static JsonObject Child(JsonObject node, string field)
    {
        if (node[field] is not JsonObject child)
            node[field] = child = [];
        return child;
    }
}
