using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Releases;

/// <summary>The manifests of each release as they were applied, compressed, in as many ConfigMaps as their size needs.</summary>
internal sealed class ManifestArchive(ClusterConnection cluster)
{
    // A ConfigMap may hold 1 MiB, base64 included; two thirds of that leaves room for its metadata.
    private const int PartBytes = 680 * 1024;
    private const string Key = "manifests.json.gz";

    /// <summary>
    /// Keeps the manifests of a release; what was kept for the same number before is replaced. Secrets are left out: whoever may read
    /// the record must not read them, and going back leaves those in the cluster as they are.
    /// </summary>
    public async Task WriteAsync(int number, IReadOnlyList<JsonObject> manifests, CancellationToken cancellation)
    {
        var parts = Compressed(manifests).Chunk(PartBytes).ToList();
        for (var part = 0; part < parts.Count; part++)
            await cluster.ApplyAsync(Resource.ConfigMaps, ConfigMap(number, part, parts[part]), force: true, dryRun: false, cancellation);
        foreach (var stale in await PartsAsync(number, cancellation))
            if (PartOf(stale) >= parts.Count)
                await cluster.DeleteAsync(Resource.ConfigMaps, stale.Name(), cancellation);
    }

    /// <summary>The manifests of a release in the order they were applied.</summary>
    /// <exception cref="FailureException">They are not kept.</exception>
    public async Task<IReadOnlyList<JsonObject>> ReadAsync(int number, CancellationToken cancellation)
    {
        var parts = await PartsAsync(number, cancellation);
        if (parts.Count == 0)
            throw new FailureException($"The manifests of release {number} are not kept in namespace '{cluster.Namespace}'; choose another with --rollback-to (./build.sh History lists them).");
        try
        {
            var bytes = parts.OrderBy(PartOf).SelectMany(p => Convert.FromBase64String(p.Text("binaryData", Key) ?? "")).ToArray();
            await using var unpacked = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            return [.. (await JsonNode.ParseAsync(unpacked, cancellationToken: cancellation))!.AsArray().OfType<JsonObject>()];
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or JsonException or InvalidOperationException)
        {
            throw new FailureException($"The manifests of release {number} in namespace '{cluster.Namespace}' are damaged: {e.Message} Choose another with --rollback-to (./build.sh History lists them).", cause: e);
        }
    }

    /// <summary>Forgets the manifests of a release.</summary>
    public async Task DeleteAsync(int number, CancellationToken cancellation)
    {
        foreach (var part in await PartsAsync(number, cancellation))
            await cluster.DeleteAsync(Resource.ConfigMaps, part.Name(), cancellation);
    }

    private Task<IReadOnlyList<JsonObject>> PartsAsync(int number, CancellationToken cancellation) =>
        cluster.ListAsync(Resource.ConfigMaps, $"{RecordStore.Label}=manifests,pipeline/number={number}", cancellation);

    private static int PartOf(JsonObject configMap) => (int)configMap.At("metadata", "labels").Number("pipeline/part");

    private static byte[] Compressed(IReadOnlyList<JsonObject> manifests)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        using (var writer = new StreamWriter(gzip))
            writer.Write(new JsonArray([.. manifests.Where(m => m.Kind() != Resource.Secrets.Kind).Select(m => m.DeepClone())]).ToJsonString());
        return packed.ToArray();
    }

    private static JsonObject ConfigMap(int number, int part, byte[] content) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject
        {
            ["name"] = $"pipeline-release-{number}-manifests-{part}",
            ["labels"] = new JsonObject { [RecordStore.Label] = "manifests", ["pipeline/number"] = $"{number}", ["pipeline/part"] = $"{part}" },
        },
        ["binaryData"] = new JsonObject { [Key] = Convert.ToBase64String(content) },
    };
}
