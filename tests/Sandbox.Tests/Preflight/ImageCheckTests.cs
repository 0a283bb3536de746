using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Images;
using Pipeline.Preflight;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Registry;

namespace Sandbox.Tests.Preflight;

/// <summary>The release's image at a registry: the sandbox's and a real one.</summary>
public sealed class ImageCheckTests : IDisposable
{
    private readonly HttpClient client = new();
    private readonly TestFolder folder = new();

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [SkippableTheory]
    [InlineData(false, "amd64", FindingState.Passed)]
    [InlineData(false, "arm64", FindingState.Failed)]
    [InlineData(true, "amd64", FindingState.Passed)]
    [InlineData(true, "arm64", FindingState.Failed)]
    public async Task An_image_must_be_for_the_processors_of_the_nodes(bool isReal, string architecture, FindingState expected)
    {
        await using var bed = await PreflightBed.StartAsync();
        bed.Sandbox!.Writer.Create(ResourceKind.Nodes, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "worker-1" } });
        bed.Sandbox.Writer.Update(ResourceKind.Nodes, null, "worker-1", n => n["status"] = new JsonObject
        {
            ["nodeInfo"] = new JsonObject { ["operatingSystem"] = "linux", ["architecture"] = "amd64" },
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
        });
        await using var registry = await StartRegistryAsync(isReal);
        bed.Registry = registry?.Address.Replace("http://", "", StringComparison.Ordinal) ?? Environment.GetEnvironmentVariable("TESTBED_REGISTRY");
        bed.Image = new ImageResult($"{bed.Registry}/team/api", "1", await PushAsync($"http://{bed.Registry}/v2/team/api/", architecture), "");

        var finding = await bed.LastLookAsync("image");
        Assert.Equal(expected, finding.State);
        Assert.Contains($"for linux/{architecture}", finding.Found, StringComparison.Ordinal);

        bed.Image = bed.Image with { Digest = $"sha256:{new string('a', 64)}" };
        Assert.Equal((FindingState.Failed, $"{bed.Image.Reference} is not at the registry."), await SeenAsync(bed));
    }

    [Fact]
    public async Task An_image_that_is_not_built_is_not_checked()
    {
        await using var bed = await PreflightBed.StartAsync();

        Assert.Equal((FindingState.NotChecked, "not built yet"), await SeenAsync(bed));
    }

    private static async Task<(FindingState State, string Found)> SeenAsync(PreflightBed bed)
    {
        var finding = await bed.LastLookAsync("image");
        return (finding.State, finding.Found);
    }

    private async Task<RegistryServer?> StartRegistryAsync(bool isReal)
    {
        Skip.If(isReal && Environment.GetEnvironmentVariable("TESTBED") != "1", "the test bed is not switched on (TESTBED=1)");
        return isReal ? null : await RegistryServer.StartAsync(new RegistryOptions(folder.Path, new FaultSwitch(), TimeProvider.System), default);
    }

    private async Task<string> PushAsync(string repository, string architecture)
    {
        var config = Encoding.UTF8.GetBytes(new JsonObject { ["architecture"] = architecture, ["os"] = "linux", ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() } }.ToJsonString());
        using var started = await client.PostAsync(new Uri($"{repository}blobs/uploads/"), null);
        var upload = new Uri(new Uri(repository), started.Headers.Location!);
        using var piece = new ByteArrayContent(config) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var stored = await client.PutAsync(new Uri($"{upload}{(upload.Query.Length > 0 ? "&" : "?")}digest={Digest.Of(config)}"), piece);
        stored.EnsureSuccessStatusCode();
        const string Type = "application/vnd.oci.image.manifest.v1+json";
        var manifest = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Type,
            ["config"] = new JsonObject { ["mediaType"] = "application/vnd.oci.image.config.v1+json", ["digest"] = $"{Digest.Of(config)}", ["size"] = config.Length },
            ["layers"] = new JsonArray(),
        }.ToJsonString());
        using var content = new ByteArrayContent(manifest) { Headers = { ContentType = new MediaTypeHeaderValue(Type) } };
        using var pushed = await client.PutAsync(new Uri($"{repository}manifests/{architecture}"), content);
        pushed.EnsureSuccessStatusCode();
        return $"{Digest.Of(manifest)}";
    }
}
