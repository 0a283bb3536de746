using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Registry;

/// <summary>An image's manifest, or an index of manifests for several platforms.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Bytes">The document as it was pushed: its digest is made of these bytes and no others.</param>
/// <param name="Content">The same, read.</param>
internal sealed record Manifest(string Type, ReadOnlyMemory<byte> Bytes, JsonObject Content)
{
    public const string DockerImage = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string OciImage = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    public Digest Digest => Digest.Of(Bytes.Span);

    public bool IsIndex => Type is DockerList or OciIndex;

    /// <summary>The blobs that it needs: configuration and layers, save those that are fetched from elsewhere.</summary>
    public IEnumerable<string> Blobs => IsIndex ? [] : Layers.Where(l => l["urls"] is null).Select(DigestOf).Prepend(Content.Text("config", "digest") ?? "");

    public IEnumerable<JsonObject> Layers => Content.Items("layers");

    /// <summary>The manifests that an index lists.</summary>
    public IEnumerable<string> Manifests => IsIndex ? Content.Items("manifests").Select(DigestOf) : [];

    /// <summary>Reads a manifest that is pushed.</summary>
    /// <param name="type">The request's content type. It must be what the document says it is.</param>
    /// <param name="bytes">The document.</param>
    /// <exception cref="RegistryException">It is none, or not of this type.</exception>
    public static Manifest Parse(string? type, ReadOnlyMemory<byte> bytes)
    {
        if (type is not (DockerImage or DockerList or OciImage or OciIndex))
            throw RegistryException.ManifestInvalid($"unsupported manifest media type '{type}'");
        try
        {
            var content = JsonNode.Parse(bytes.Span) as JsonObject ?? throw RegistryException.ManifestInvalid("no object");
            var said = content.Text("mediaType");
            // OCI documents may leave it out, Docker's may not.
            if (said != type && !(said is null && type is OciImage or OciIndex))
                throw RegistryException.ManifestInvalid($"mediaType in manifest should be '{type}' not '{said}'");
            var manifest = new Manifest(type, bytes, content);
            return content.Number("schemaVersion") == 2 && (manifest.IsIndex ? content["manifests"] : content["layers"]) is JsonArray
                ? manifest
                : throw RegistryException.ManifestInvalid("incomplete");
        }
        catch (JsonException e)
        {
            throw RegistryException.ManifestInvalid($"{e.Message}");
        }
    }

    private static string DigestOf(JsonObject descriptor) => descriptor.Text("digest") ?? "";
}
