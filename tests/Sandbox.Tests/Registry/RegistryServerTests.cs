using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Images;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Registry;
using Pipeline.Settings;

namespace Sandbox.Tests.Registry;

/// <summary>What only the sandbox's registry does: faults, restarts, paging, accounts.</summary>
public sealed class RegistryServerTests : IAsyncLifetime
{
    private static readonly byte[] Config = Encoding.UTF8.GetBytes("{}");
    private readonly string folder = Directory.CreateTempSubdirectory("registry-").FullName;
    private readonly FaultSwitch faults = new();
    private readonly HttpClient client = new();
    private RegistryServer server = null!;

    /// <inheritdoc />
    public Task InitializeAsync() => StartAsync();

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Images_are_there_again_after_a_restart()
    {
        await PushAsync("team/api", "1.0");
        await server.DisposeAsync();
        await StartAsync();

        Assert.Equal(Manifest.DockerImage, $"{(await client.GetAsync(At("team/api/manifests/1.0"))).Content.Headers.ContentType}");
        Assert.Equal("""{"repositories":["team/api"]}""", (await client.GetStringAsync(At("_catalog"))).Trim());
    }

    [Fact]
    public async Task Tags_are_listed_page_by_page()
    {
        foreach (var tag in new[] { "b", "a", "c" })
            await PushAsync("team/api", tag);

        using var first = await client.GetAsync(At("team/api/tags/list?n=2"));
        Assert.Equal("""{"name":"team/api","tags":["a","b"]}""", (await first.Content.ReadAsStringAsync()).Trim());
        Assert.Equal("</v2/team/api/tags/list?last=b&n=2>; rel=\"next\"", first.Headers.GetValues("Link").Single());
        using var last = await client.GetAsync(At("team/api/tags/list?n=2&last=b"));
        Assert.Equal("""{"name":"team/api","tags":["c"]}""", (await last.Content.ReadAsStringAsync()).Trim());
        Assert.False(last.Headers.Contains("Link"));
    }

    [Fact]
    public async Task A_tag_is_deleted_alone()
    {
        await PushAsync("team/api", "1.0");
        await PushAsync("team/api", "latest");

        Assert.Equal(HttpStatusCode.Accepted, (await client.DeleteAsync(At("team/api/manifests/latest"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(At("team/api/manifests/1.0"))).StatusCode);
    }

    [Fact]
    public async Task A_blob_is_pushed_in_one_request()
    {
        using var pushed = await client.PostAsync(At($"team/api/blobs/uploads/?digest={Digest.Of(Config)}"), new ByteArrayContent(Config));

        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);
        Assert.Equal(Config, await client.GetByteArrayAsync(At($"team/api/blobs/{Digest.Of(Config)}")));
    }

    [Fact]
    public async Task A_piece_that_does_not_follow_is_refused()
    {
        using var started = await client.PostAsync(At("team/api/blobs/uploads/"), null);
        using var piece = new ByteArrayContent(Config);
        piece.Headers.TryAddWithoutValidation("Content-Range", "5-6");

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await client.PatchAsync(started.Headers.Location, piece)).StatusCode);
    }

    [Fact]
    public async Task A_repository_outside_the_folder_cannot_be_mounted_from()
    {
        using var answer = await client.PostAsync(At($"team/api/blobs/uploads/?mount={Digest.Of(Config)}&from=../../team"), null);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task The_same_blob_from_many_clients_at_once_is_whole()
    {
        var blob = new byte[1 << 20];
        System.Security.Cryptography.RandomNumberGenerator.Fill(blob);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            client.PostAsync(At($"team/api/blobs/uploads/?digest={Digest.Of(blob)}"), new ByteArrayContent(blob))));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Equal(blob, await client.GetByteArrayAsync(At($"team/api/blobs/{Digest.Of(blob)}")));
    }

    [Fact]
    public async Task What_belongs_to_a_manifest_is_listed()
    {
        var subject = await PushAsync("team/api", "1.0");
        using var none = await client.GetAsync(At($"team/api/referrers/{Digest.Of([1])}"));
        Assert.Empty(JsonNode.Parse(await none.Content.ReadAsStringAsync())!["manifests"]!.AsArray());
        var signature = Image();
        signature["subject"] = new JsonObject { ["digest"] = $"{subject}" };
        signature["artifactType"] = "text/signature";
        using var pushed = await PutAsync("team/api", "signature", signature);

        using var list = await client.GetAsync(At($"team/api/referrers/{subject}"));
        Assert.Equal("text/signature", $"{JsonNode.Parse(await list.Content.ReadAsStringAsync())!["manifests"]![0]!["artifactType"]}");
        Assert.Equal($"{subject}", pushed.Headers.GetValues("OCI-Subject").Single());
    }

    [Fact]
    public async Task Faults_come_and_go()
    {
        faults.On(new Fault("registry-5xx", "1"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(At(""))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(At(""))).StatusCode);
        faults.On(new Fault("registry-429", "1"));
        using var busy = await client.GetAsync(At(""));
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1)), (busy.StatusCode, busy.Headers.RetryAfter?.Delta));
        faults.On(new Fault("registry-down"));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(At("")));
        faults.Off("registry-down");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(At(""))).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_account_is_asked_for(bool usesTokens)
    {
        await server.DisposeAsync();
        await StartAsync(new RegistryAccount("robot", "pass~?word", usesTokens));
        var registry = new RegistryAddress(server.Host, "team/api");

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(At(""))).StatusCode);
        using var right = new RegistryClient(registry, new RegistryLogin("robot", new Secret("pass~?word")));
        await right.PingAsync(default);
        Assert.Null(await right.FindDigestAsync("1.0", default));
        using var wrong = new RegistryClient(registry, new RegistryLogin("robot", new Secret("password")));
        await Assert.ThrowsAsync<Pipeline.Errors.FailureException>(() => wrong.PingAsync(default));
    }

    [SkippableFact]
    public async Task Skopeo_inspects_an_image()
    {
        await PushAsync("team/api", "1.0");
        using var process = Run("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{server.Host}/team/api:1.0");
        Skip.If(process is null, "skopeo is not on this machine");

        Assert.Equal(Image().ToJsonString(), (await process.StandardOutput.ReadToEndAsync()).Trim());
    }

    private static Process? Run(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static JsonObject Image() => new()
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Manifest.DockerImage,
        ["config"] = new JsonObject { ["mediaType"] = "application/vnd.docker.container.image.v1+json", ["digest"] = $"{Digest.Of(Config)}", ["size"] = Config.Length },
        ["layers"] = new JsonArray(),
    };

    private async Task<Digest> PushAsync(string repository, string tag)
    {
        using var blob = await client.PostAsync(At($"{repository}/blobs/uploads/?digest={Digest.Of(Config)}"), new ByteArrayContent(Config));
        using var manifest = await PutAsync(repository, tag, Image());
        Assert.Equal(HttpStatusCode.Created, manifest.StatusCode);
        return Digest.Of(Encoding.UTF8.GetBytes(Image().ToJsonString()));
    }

    private Task<HttpResponseMessage> PutAsync(string repository, string tag, JsonObject manifest) => client.PutAsync(
        At($"{repository}/manifests/{tag}"), new StringContent(manifest.ToJsonString(), new MediaTypeHeaderValue(Manifest.DockerImage)));

    private Uri At(string path) => new($"{server.Address}/v2/{path}");

    private async Task StartAsync(RegistryAccount? account = null) =>
        server = await RegistryServer.StartAsync(new RegistryOptions(folder, faults, TimeProvider.System) { Account = account }, default);
}
