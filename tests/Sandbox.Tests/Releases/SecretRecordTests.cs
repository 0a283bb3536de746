using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Environments;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Sandbox.Tests.Cluster;

namespace Sandbox.Tests.Releases;

/// <summary>What the records say of a Secret: that it was applied, and whether it is still the same.</summary>
public sealed class SecretRecordTests : IAsyncLifetime
{
    private const string Found = "2580";
    private const string Pin = "4711";
    private readonly TemporaryFolder folder = new();
    private readonly bool isReal = Environment.GetEnvironmentVariable("TESTBED") == "1";
    private TestCluster? sandbox;
    private ClusterConnection connection = null!;
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        sandbox = isReal ? null : await TestCluster.StartAsync();
        var options = new ClusterOptions { KubeConfig = sandbox?.Kubeconfig, KubeContext = isReal ? "testbed" : "sandbox", KubeNamespace = $"secret-{Guid.NewGuid().ToString("N")[..8]}" };
        connection = ClusterConnection.Open(options);
        await connection.CreateAsync(Resource.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = options.KubeNamespace } }, default);
        await connection.CreateAsync(Resource.Secrets, Secret("pin", Found), default);
        folder.Write("set.yaml", "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: api}, spec: {replicas: 0, serviceName: api, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: api, image: team/api}]}}}}");
        folder.Write("secret.yaml", $"{{apiVersion: v1, kind: Secret, metadata: {{name: pin}}, stringData: {{pin: '{Pin}'}}}}");
        run = await StepRun.StartAsync(options with { ClusterUid = await ClusterPin.UidAsync(connection, default) });
        await run.RecordAsync(r => r with { Image = new ImageResult("team/api", "x", $"sha256:{new string('1', 64)}", "") });
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await connection.DeleteAsync(Resource.Namespaces, connection.Namespace, default);
        connection.Dispose();
        if (sandbox is not null)
            await sandbox.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_secret_leaves_its_name_and_a_hash_and_no_value()
    {
        await run.RunAsync(Step);

        var recorded = run.Release.Rollout!.Objects.Single(o => o.Kind == "Secret");
        Assert.Equal(("pin", SecretHash.Of((await connection.FindAsync(Resource.Secrets, "pin", default))!)), (recorded.Name, recorded.Hash));
        Assert.All(run.Release.Rollout.Objects.Where(o => o.Kind != "Secret"), o => Assert.Null(o.Hash));
        var kept = await EverythingAsync();
        foreach (var value in (string[])[Pin, Found])
            Assert.All((string[])[$"\"{value}\"", Convert.ToBase64String(Encoding.UTF8.GetBytes(value)), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)))], v => Assert.DoesNotContain(v, kept, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Another_value_is_another_hash()
    {
        await run.RunAsync(Step);
        var first = run.Release.Rollout!.Objects.Single(o => o.Kind == "Secret").Hash;
        await run.RunAsync(Step);
        Assert.Equal(first, run.Release.Rollout!.Objects.Single(o => o.Kind == "Secret").Hash);

        folder.Write("secret.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: pin}, stringData: {pin: '4712'}}");
        await run.RunAsync(Step);
        Assert.NotEqual(first, run.Release.Rollout!.Objects.Single(o => o.Kind == "Secret").Hash);
    }

    private DeployStep Step => new(new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" }, new AcceptedRisks { AcceptNoBackup = true, AcceptNoPreflight = true });

    private static JsonObject Secret(string name, string value) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["stringData"] = new JsonObject { ["pin"] = value },
    };

    // Every record as it is stored, unpacked.
    private async Task<string> EverythingAsync()
    {
        var all = new StringBuilder();
        foreach (var map in await connection.ListAsync(Resource.ConfigMaps, RecordStore.Label, default))
        {
            all.AppendLine(map["data"]?.ToJsonString());
            foreach (var (_, packed) in map.At("binaryData") ?? [])
            {
                using var unpacked = new StreamReader(new GZipStream(new MemoryStream(Convert.FromBase64String($"{packed}")), CompressionMode.Decompress));
                all.AppendLine(await unpacked.ReadToEndAsync());
            }
        }

        Assert.Contains("StatefulSet", all.ToString(), StringComparison.Ordinal);
        return all.ToString();
    }
}
