using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Amazon.S3;
using EndToEnd.Tests.Bed;
using k8s;
using Npgsql;

namespace EndToEnd.Tests.KillPoints;

/// <summary>Everything that a release is made of, as clients that are not the pipeline see it.</summary>
/// <param name="Records">The records, newest first.</param>
/// <param name="Deployment">The API's Deployment.</param>
/// <param name="Configuration">The configuration that its pods are given.</param>
/// <param name="Pods">Its pods that are not being deleted.</param>
/// <param name="LockHolder">Who holds the deploy lock; null for nobody.</param>
/// <param name="Jobs">Jobs that are still at work.</param>
/// <param name="SchemaRevision">Where the schema stands; null without a database.</param>
/// <param name="Recorded">The pages of the release that the newest record says is live; null when there is no such record.</param>
/// <param name="Pages">Live pages in the bucket: what is neither an asset nor kept for a rollback.</param>
/// <param name="Backups">Dumps in the bucket.</param>
/// <param name="Uploads">Uploads that were begun and never ended.</param>
/// <param name="Site">What the edge answers, by path.</param>
/// <param name="ApiVersion">The version that the API says it has.</param>
internal sealed record World(
    IReadOnlyList<JsonNode> Records, JsonNode Deployment, JsonNode Configuration, IReadOnlyList<JsonNode> Pods, string? LockHolder, IReadOnlyList<string> Jobs,
    string? SchemaRevision, IReadOnlyList<string>? Recorded, IReadOnlyList<string> Pages, IReadOnlyList<string> Backups, IReadOnlyList<string> Uploads, IReadOnlyDictionary<string, string> Site, string? ApiVersion)
{
    private const string Core = "api/v1/namespaces/dataset-management";
    private const string Apps = "apis/apps/v1/namespaces/dataset-management";

    /// <summary>The newest record.</summary>
    public JsonNode Newest => Records[0];

    /// <summary>The record of the release that serves, as the newest one says; null when it is gone.</summary>
    public JsonNode? Live => LiveIn(Records);

    public static async Task<World> ReadAsync(SandboxProduct product)
    {
        var settings = product.Endpoint.Parameters;
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(settings["KubeConfig"], settings["KubeContext"]);
        using var cluster = new Kubernetes(configuration);
        cluster.HttpClient.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", configuration.AccessToken);
        async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await cluster.HttpClient.GetStringAsync(new Uri(cluster.BaseUri, path)))!;
        async Task<IReadOnlyList<JsonNode>> ListAsync(string path) => [.. (await GetAsync(path))["items"]!.AsArray().OfType<JsonNode>()];

        var found = (await ListAsync($"{Core}/configmaps?labelSelector=pipeline/record%3Drelease")).Select(c => JsonNode.Parse((string)c["data"]!["release.json"]!)!);
        IReadOnlyList<JsonNode> records = [.. found.OrderByDescending(r => (int)r["number"]!)];
        var deployment = await GetAsync($"{Apps}/deployments/dataset-management-api");
        var name = (string)deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["envFrom"]![0]!["configMapRef"]!["name"]!;
        var lease = await ListAsync("apis/coordination.k8s.io/v1/namespaces/dataset-management/leases");
        var jobs = await ListAsync("apis/batch/v1/namespaces/dataset-management/jobs");
        using var store = product.OpenStore();
        var objects = await KeysAsync(store, settings["FrontendBucket"]);
        return new World(
            records,
            deployment,
            await GetAsync($"{Core}/configmaps/{name}"),
            [.. (await ListAsync($"{Core}/pods?labelSelector=app%3Ddataset-management-api")).Where(p => p["metadata"]!["deletionTimestamp"] is null)],
            lease.Select(l => (string?)l["spec"]!["holderIdentity"]).FirstOrDefault(h => h is { Length: > 0 }),
            [.. jobs.Where(j => (int?)j["status"]?["active"] > 0).Select(j => (string)j["metadata"]!["name"]!)],
            await RevisionAsync(settings.GetValueOrDefault("DatabaseUrl")),
            await RecordedAsync(store, LiveIn(records)),
            [.. objects.Where(k => !k.StartsWith("assets/", StringComparison.Ordinal) && !k.StartsWith("releases/", StringComparison.Ordinal))],
            await KeysAsync(store, settings["BackupBucket"]),
            [.. await UploadsAsync(store, settings["FrontendBucket"]), .. await UploadsAsync(store, settings["BackupBucket"])],
            await SiteAsync(settings["SiteUrl"]),
            await Health.VersionAsync(settings["ApiUrl"]));
    }

    private static JsonNode? LiveIn(IReadOnlyList<JsonNode> records) =>
        records[0]["rollback"] is { } back ? records.FirstOrDefault(r => (int)r["number"]! == (int)back["to"]!) : records[0];

    // {"pages":{"index.html":"…"},"assets":{}}, compressed, beside the pages that are kept.
    private static async Task<IReadOnlyList<string>?> RecordedAsync(AmazonS3Client store, JsonNode? live)
    {
        if (live?["frontend"] is not { } frontend)
            return null;
        using var kept = await store.GetObjectAsync((string)frontend["bucket"]!, (string)frontend["list"]!["key"]!);
        await using var list = new GZipStream(kept.ResponseStream, CompressionMode.Decompress);
        return [.. (await JsonNode.ParseAsync(list))!["pages"]!.AsObject().Select(p => p.Key)];
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(AmazonS3Client store, string bucket)
    {
        var keys = new List<string>();
        await foreach (var found in store.Paginators.ListObjectsV2(new() { BucketName = bucket }).S3Objects)
            keys.Add(found.Key);
        return keys;
    }

    private static async Task<IEnumerable<string>> UploadsAsync(AmazonS3Client store, string bucket) =>
        ((await store.ListMultipartUploadsAsync(bucket)).MultipartUploads ?? []).Select(u => $"{bucket}/{u.Key}");

    private static async Task<IReadOnlyDictionary<string, string>> SiteAsync(string address)
    {
        using var client = new HttpClient();
        var answers = new Dictionary<string, string>();
        foreach (var path in (string[])["/", "/release.json"])
            answers[path] = await client.GetStringAsync(address + path);
        return answers;
    }

    private static async Task<string?> RevisionAsync(string? url)
    {
        if (url is null)
            return null;
        var (address, login) = (new Uri(url), new Uri(url).UserInfo.Split(':'));
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Username = Uri.UnescapeDataString(login[0]),
            Password = Uri.UnescapeDataString(login.ElementAtOrDefault(1) ?? ""),
            Database = address.AbsolutePath.Trim('/'),
            Pooling = false,
        };
        await using var source = NpgsqlDataSource.Create(settings);
        await using var command = source.CreateCommand("select version_num from alembic_version");
        return (string?)await command.ExecuteScalarAsync();
    }
}
