using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Releases;

/// <summary>
/// Keeps records as ConfigMaps beside what they describe, so that going back needs nothing but the cluster:
/// <c>kubectl get configmap -l pipeline/record=release</c>.
/// </summary>
internal sealed class RecordStore(ClusterConnection cluster)
{
    public const string Label = "pipeline/record";
    private const string NumberLabel = "pipeline/number";
    private const string Key = "release.json";
    // An object may hold 1 MiB; people read what is well below it, and anything larger is a list that shrinks to a tenth.
    private const string PackedKey = "release.json.gz";
    private const int MostPlain = 256 * 1024;

    // By release number: what the next write must find unchanged, and what this run last stored there, or sent since without an answer.
    private readonly Dictionary<int, string> resourceVersions = [];
    private readonly Dictionary<int, HashSet<string>> sent = [];

    /// <summary>Every kept record, newest first. One that cannot be read does not keep the others from being read.</summary>
    /// <exception cref="FailureException">Without one that cannot be read nobody knows what serves.</exception>
    public async Task<ReleaseHistory> ReadAsync(CancellationToken cancellation)
    {
        var (releases, unreadable) = (new List<Release>(), new List<UnreadableRecord>());
        foreach (var configMap in await cluster.ListAsync(Resource.ConfigMaps, $"{Label}=release", cancellation))
            if (Parse(configMap, out var why) is { } release)
                releases.Add(release);
            else
                unreadable.Add(new UnreadableRecord(NumberOf(configMap), configMap.Name(), $"The record ConfigMap/{configMap.Name()} in namespace '{cluster.Namespace}' {why}"));
        var history = new ReleaseHistory([.. releases.OrderByDescending(r => r.Number)]) { Unreadable = [.. unreadable.OrderByDescending(u => u.Number)] };
        return history.Missing is not { } missing
            ? history
            : throw FailureException.Refused($"{missing.Sentence} What serves now is not known without it. Nothing was changed.");
    }

    /// <summary>Adds a record under its number; false when somebody else took that number in between.</summary>
    public async Task<bool> TryCreateAsync(Release release, CancellationToken cancellation)
    {
        var body = ConfigMap(release);
        try
        {
            Remember(release.Number, await cluster.CreateAsync(Resource.ConfigMaps, body, cancellation));
            return true;
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            return await IsStoredAsync(release.Number, [ContentOf(body)!], cancellation);
        }
    }

    /// <summary>Writes a record that was read or made here.</summary>
    /// <exception cref="FailureException">Somebody else wrote it in between.</exception>
    public async Task WriteAsync(Release release, CancellationToken cancellation)
    {
        if (await TryReplaceAsync(release, cancellation) || (await IsStoredAsync(release.Number, sent[release.Number], cancellation) && await TryReplaceAsync(release, cancellation)))
            return;
        throw FailureException.Refused($"The record of release {release.Number} was changed by another run in between. Look at it with ./build.sh Status, then start again.");
    }

    /// <summary>Removes a record and its manifests.</summary>
    public async Task DeleteAsync(int number, CancellationToken cancellation)
    {
        await new ManifestArchive(cluster).DeleteAsync(number, cancellation);
        await cluster.DeleteAsync(Resource.ConfigMaps, NameOf(number), cancellation);
    }

    private async Task<bool> TryReplaceAsync(Release release, CancellationToken cancellation)
    {
        var body = ConfigMap(release);
        var content = ContentOf(body)!;
        body["metadata"]!["resourceVersion"] = resourceVersions[release.Number];
        sent.TryAdd(release.Number, []);
        sent[release.Number].Add(content);
        try
        {
            Remember(release.Number, await cluster.ReplaceAsync(Resource.ConfigMaps, body, cancellation));
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            if (!await IsStoredAsync(release.Number, [content], cancellation))
                return false;
        }

        sent[release.Number] = [content];
        return true;
    }

    // A write that was stopped, or whose answer was lost, may have been stored all the same, and its repetition meets it.
    private async Task<bool> IsStoredAsync(int number, HashSet<string> ours, CancellationToken cancellation)
    {
        var stored = await cluster.FindAsync(Resource.ConfigMaps, NameOf(number), cancellation);
        if (stored is null || ContentOf(stored) is not { } content || !ours.Contains(content))
            return false;
        Remember(number, stored);
        return true;
    }

    private static string NameOf(int number) => $"pipeline-release-{number}";

    private static string? ContentOf(JsonObject configMap) => configMap.Text("data", Key) ?? configMap.Text("binaryData", PackedKey);

    private static JsonObject ConfigMap(Release release)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(RecordTexts.Shortened(release), ReleaseJson.Default.Release);
        var body = Labelled(release);
        if (json.Length <= MostPlain)
            body["data"] = new JsonObject { [Key] = Encoding.UTF8.GetString(json) };
        else
            body["binaryData"] = new JsonObject { [PackedKey] = Convert.ToBase64String(Packed(json)) };
        return body;
    }

    private static byte[] Packed(byte[] json)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(json);
        return packed.ToArray();
    }

    private static Stream Opened(JsonObject configMap) => configMap.Text("binaryData", PackedKey) is { } packed
        ? new GZipStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress)
        : new MemoryStream(Encoding.UTF8.GetBytes(configMap.Text("data", Key) ?? ""));

    private static JsonObject Labelled(Release release) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject
        {
            ["name"] = NameOf(release.Number),
            ["labels"] = new JsonObject
            {
                [Label] = "release",
                [NumberLabel] = $"{release.Number}",
                ["pipeline/version"] = release.Version,
                ["pipeline/outcome"] = release.Outcome.ToString(),
            },
        },
    };

    private Release? Parse(JsonObject configMap, out string why)
    {
        why = "";
        try
        {
            using var content = Opened(configMap);
            var release = JsonSerializer.Deserialize(content, ReleaseJson.Default.Release) ?? throw new JsonException("It is empty.");
            if (release.Format <= Release.NewestFormat)
            {
                Remember(release.Number, configMap);
                return release;
            }

            why = Newer(release.Format);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidDataException)
        {
            // What a newer build writes need not look like a record to this one.
            why = FormatOf(configMap) is var format && format > Release.NewestFormat
                ? Newer(format)
                : $"is damaged and cannot be read: {e.Message} Mend it, or save it elsewhere and delete the ConfigMap.";
        }

        return null;
    }

    private static string Newer(int format) => $"has format {format}, and this build reads up to {Release.NewestFormat}. Run the build of a newer commit.";

    private static int FormatOf(JsonObject configMap)
    {
        try
        {
            using var content = Opened(configMap);
            return (int)(JsonNode.Parse(content) as JsonObject).Number("format");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidDataException or InvalidOperationException)
        {
            return 0;
        }
    }

    private static int? NumberOf(JsonObject configMap) =>
        int.TryParse(configMap.Text("metadata", "labels", NumberLabel) ?? configMap.Name().Split('-')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private void Remember(int number, JsonObject stored) => resourceVersions[number] = stored.Text("metadata", "resourceVersion") ?? "";
}
