using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Releases;

public sealed class ManifestArchiveTests : IAsyncLifetime
{
    private const string First = "api/v1/namespaces/product/configmaps/pipeline-release-7-manifests-0";
    private readonly LoopbackCluster cluster = new();
    private ClusterConnection connection = null!;
    private ManifestArchive archive = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options);
        archive = new ManifestArchive(connection);
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Manifests_come_back_as_they_were_in_their_order()
    {
        JsonObject[] manifests = [Manifest("Service", "api"), Manifest("Deployment", "api")];
        await archive.WriteAsync(7, manifests, default);

        Assert.Equal(manifests.Select(m => m.ToJsonString()), (await archive.ReadAsync(7, default)).Select(m => m.ToJsonString()));
        Assert.Equal("manifests", cluster.Objects[First].At("metadata", "labels").Text("pipeline/record"));
    }

    [Fact]
    public async Task A_set_too_large_for_one_ConfigMap_is_kept_in_several_and_a_smaller_one_leaves_none_behind()
    {
        // Random bytes do not shrink: about 2 MB of them need three parts.
        var large = Manifest("ConfigMap", "large");
        large["data"] = new JsonObject { ["noise"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(1_600_000)) };
        await archive.WriteAsync(7, [large], default);
        Assert.Equal(3, Parts());
        Assert.All(cluster.Objects.Where(o => o.Key.Contains("manifests", StringComparison.Ordinal)), o => Assert.True(o.Value.ToJsonString().Length < 1024 * 1024));
        Assert.Equal(large.ToJsonString(), (await archive.ReadAsync(7, default)).Single().ToJsonString());

        await archive.WriteAsync(7, [Manifest("Service", "api")], default);
        Assert.Equal(1, Parts());
        Assert.Equal("api", (await archive.ReadAsync(7, default)).Single().Name());
    }

    [Fact]
    public async Task Secrets_are_not_kept()
    {
        var secret = Manifest("Secret", "db-credentials");
        secret["stringData"] = new JsonObject { ["url"] = "postgresql://u:hunter22@db/dataset" };
        await archive.WriteAsync(7, [secret, Manifest("Service", "api")], default);

        Assert.Equal(["Service"], (await archive.ReadAsync(7, default)).Select(m => m.Kind()));
    }

    [Fact]
    public async Task What_is_not_kept_is_named()
    {
        var error = await Assert.ThrowsAsync<FailureException>(() => archive.ReadAsync(6, default));

        Assert.Equal("The manifests of release 6 are not kept in namespace 'product'; choose another with --rollback-to (./build.sh History lists them).", error.Message);
    }

    [Theory]
    [InlineData("!")]
    [InlineData("H4sIAAAAAAAAA4uuBQA=")]
    [InlineData("bm8gZ3ppcA==")]
    public async Task What_is_damaged_is_named(string content)
    {
        await archive.WriteAsync(7, [Manifest("Service", "api")], default);
        cluster.Objects[First]["binaryData"]!["manifests.json.gz"] = content;
        var error = await Assert.ThrowsAsync<FailureException>(() => archive.ReadAsync(7, default));

        Assert.StartsWith("The manifests of release 7 in namespace 'product' are damaged: ", error.Message, StringComparison.Ordinal);
    }

    private int Parts() => cluster.Objects.Keys.Count(k => k.Contains("pipeline-release-7-manifests-", StringComparison.Ordinal));

    private static JsonObject Manifest(string kind, string name) => new() { ["apiVersion"] = "v1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };
}
