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

    // By release number: what the next write must find unchanged, and what the last one said.
    private readonly Dictionary<int, string> resourceVersions = [];
    private readonly Dictionary<int, string> sent = [];

    /// <summary>Every kept record, newest first.</summary>
    public async Task<ReleaseHistory> ReadAsync(CancellationToken cancellation)
    {
        var found = await cluster.ListAsync(Resource.ConfigMaps, $"{Label}=release", cancellation);
        var releases = found.Select(Parse).OrderByDescending(r => r.Number).ToList();
        return new ReleaseHistory(releases);
    }

    /// <summary>Adds a record under its number; false when somebody else took that number in between.</summary>
    public async Task<bool> TryCreateAsync(Release release, CancellationToken cancellation)
    {
        try
        {
            Remember(release.Number, await cluster.CreateAsync(Resource.ConfigMaps, ConfigMap(release), cancellation));
            return true;
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            return false;
        }
    }

    /// <summary>Writes a record that was read or made here.</summary>
    /// <exception cref="FailureException">Somebody else wrote it in between.</exception>
    public async Task WriteAsync(Release release, CancellationToken cancellation)
    {
        var earlier = sent.GetValueOrDefault(release.Number);
        try
        {
            await ReplaceAsync(release, cancellation);
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            if (await IsStoredAsync(release.Number, earlier, cancellation))
            {
                await ReplaceAsync(release, cancellation);
                return;
            }

            throw FailureException.Refused($"The record of release {release.Number} was changed by another run in between. Look at it with ./build.sh Status, then start again.");
        }
    }

    /// <summary>Removes a record and its manifests.</summary>
    public async Task DeleteAsync(int number, CancellationToken cancellation)
    {
        await new ManifestArchive(cluster).DeleteAsync(number, cancellation);
        await cluster.DeleteAsync(Resource.ConfigMaps, NameOf(number), cancellation);
    }

    private async Task ReplaceAsync(Release release, CancellationToken cancellation)
    {
        var body = ConfigMap(release);
        body["metadata"]!["resourceVersion"] = resourceVersions[release.Number];
        var written = cluster.ReplaceAsync(Resource.ConfigMaps, body, cancellation);
        sent[release.Number] = body.Text("data", Key)!;
        Remember(release.Number, await written);
    }

    // A write that was stopped, or whose answer was lost, may have been stored all the same.
    private async Task<bool> IsStoredAsync(int number, string? earlier, CancellationToken cancellation)
    {
        var stored = await cluster.FindAsync(Resource.ConfigMaps, NameOf(number), cancellation);
        if (stored is null || stored.Text("data", Key) != earlier)
            return false;
        Remember(number, stored);
        return true;
    }

    private static string NameOf(int number) => $"pipeline-release-{number}";

    private static JsonObject ConfigMap(Release release) => new()
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
        ["data"] = new JsonObject { [Key] = JsonSerializer.Serialize(release, ReleaseJson.Default.Release) },
    };

    private Release Parse(JsonObject configMap)
    {
        try
        {
            var release = JsonSerializer.Deserialize(configMap.Text("data", Key) ?? "", ReleaseJson.Default.Release)
                ?? throw new JsonException("it is empty");
            if (release.Format > Release.NewestFormat)
                throw FailureException.Refused($"The record ConfigMap/{configMap.Name()} in namespace '{cluster.Namespace}' has format {release.Format}, and this build reads up to {Release.NewestFormat}. Run the build of a newer commit.");
            Remember(release.Number, configMap);
            return release;
        }
        catch (JsonException e)
        {
            throw new FailureException($"The record ConfigMap/{configMap.Name()} in namespace '{cluster.Namespace}' cannot be read: {e.Message}");
        }
    }

    private void Remember(int number, JsonObject stored) => resourceVersions[number] = stored.Text("metadata", "resourceVersion") ?? "";
}
